"""Tables as they come: encodings, delimiters, line ends, ragged rows, spreadsheets, and what is refused."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import ValidationRefused
from inventory.importers import _spreadsheets
from inventory.importers.tables import Facts, open_table

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: str | bytes, name: str = "table.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return _write


def read(path: Path, **options: object) -> tuple[tuple[str, ...], list[tuple[int, list[str]]], Facts]:
    with open_table(path, **options) as table:  # type: ignore[arg-type]
        return table.headers, list(table.rows()), table.facts


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(ValidationRefused) as caught:
        read(path, **options)
    return caught.value.message


TEXT = "Tag,Maker,Place\nA1,Société Générale,Café £5 – “Über”\nA2,Dell,Zürich\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_a_table_reads_the_same_in_every_usual_encoding(write: Write, encoding: str) -> None:
    headers, rows, facts = read(write(TEXT, encoding=encoding))
    assert headers == ("Tag", "Maker", "Place")
    assert rows == [(2, ["A1", "Société Générale", "Café £5 – “Über”"]), (3, ["A2", "Dell", "Zürich"])]
    assert facts.encoding is not None


def test_one_pound_sign_is_read_as_windows_1252(write: Write) -> None:
    _, rows, facts = read(write("Tag,Cost\n" + "A1,£12.50\n" * 400, encoding="cp1252"))
    assert (rows[0][1][1], facts.encoding) == ("£12.50", "cp1252")


def test_an_old_mac_file_with_carriage_returns_reads(write: Write) -> None:
    _, rows, facts = read(write("Tag,Place\rA1,Café\rA2,Zürich\r", encoding="mac_roman"))
    assert rows == [(2, ["A1", "Café"]), (3, ["A2", "Zürich"])]
    assert facts.line_end == "CR"


def test_russian_and_polish_files_are_told_from_western_ones(write: Write) -> None:
    russian = "Тег,Место\n" + "А1,Москва и другие города России\n" * 5
    assert read(write(russian, encoding="cp1251"))[1][0][1][1] == "Москва и другие города России"
    polish = "Tag;Miejsce\n1;Łódź, żółć, gęś, źdźbło, ćma, łąka\n"
    assert read(write(polish, encoding="cp1250"), encoding="cp1250")[1][0][1][1].startswith("Łódź")


def test_damaged_utf8_stays_utf8_and_shows_the_damage(write: Write) -> None:
    _, rows, facts = read(write("Tag,Place\nA1,äöüßéèêáàâ\n".encode() + b"A2,bad\xff\n"))
    assert facts.encoding == "utf-8"
    assert rows == [(2, ["A1", "äöüßéèêáàâ"]), (3, ["A2", "bad�"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_end_are_found(write: Write, delimiter: str, end: str) -> None:
    lines = [["Tag", "Model", "Cost"], ["A1", "One", "1.00"], ["A2", "Two", "2.00"]]
    headers, rows, facts = read(write(end.join(delimiter.join(line) for line in lines)))
    assert headers == ("Tag", "Model", "Cost")
    assert [cells for _, cells in rows] == lines[1:]
    assert facts.delimiter == delimiter


def test_semicolons_win_over_decimal_commas(write: Write) -> None:
    assert read(write("Tag;Model;Cost\nA1;x;1,50\nA2;y;2,75\n"))[1][0][1] == ["A1", "x", "1,50"]


def test_a_line_that_states_the_separator_is_obeyed(write: Write) -> None:
    headers, rows, facts = read(write("sep=|\nTag|Model\nA1|x, y\n"))
    assert (headers, rows) == (("Tag", "Model"), [(3, ["A1", "x, y"])])
    assert facts.header_row == 2


def test_quoted_line_ends_stay_in_the_cell_and_rows_are_numbered_as_a_spreadsheet_does(write: Write) -> None:
    _, rows, _ = read(write('Tag,Notes\nA1,"one\ntwo"\n\nA2,"say ""hi"""\n'))
    assert rows == [(2, ["A1", "one\ntwo"]), (4, ["A2", 'say "hi"'])]


def test_nul_bytes_fall_away(write: Write) -> None:
    assert read(write(b"Tag,Model\nA\x001,x\x00\n"))[1] == [(2, ["A1", "x"])]


def test_short_rows_are_filled_and_long_ones_kept_to_be_refused(write: Write) -> None:
    _, rows, _ = read(write("Tag,Model,Place\nA1\nA2,x,y,,\nA3,x,y,z\n , ,\n"))
    assert rows == [(2, ["A1", "", ""]), (3, ["A2", "x", "y"]), (4, ["A3", "x", "y", "z"])]


def test_double_and_missing_names_are_made_unique_and_said(write: Write) -> None:
    headers, _, facts = read(write("Tag,Name,Name,,Name (2)\nA1,1,2,3,4\n"))
    assert headers == ("Tag", "Name", "Name (2)", "Column 4", "Name (2) (2)")
    assert len(facts.repairs) == 3


def test_a_nameless_column_at_the_edge_counts_only_when_something_stands_in_it(write: Write) -> None:
    assert read(write("Tag,Model,,\nA1,x,,\n"))[0] == ("Tag", "Model")
    assert read(write("Tag,Model,,\nA1,x,y,\n"))[0] == ("Tag", "Model", "Column 3")


def test_title_lines_above_the_names_are_passed_over_and_said(write: Write) -> None:
    headers, rows, facts = read(write("Asset list,,,,\n\nTag,Model,Place,Cost,Notes\nA1,x,y,1,n\n"))
    assert (headers[0], facts.header_row, rows[0][0]) == ("Tag", 3, 4)
    assert facts.repairs[0].startswith("Rows 1 to 2")
    assert read(write("a,b\nTag,Model\nA1,x\n"), header_row=2)[0] == ("Tag", "Model")


def test_rows_can_be_read_twice_and_at_once(write: Write) -> None:
    with open_table(write(TEXT)) as table:
        pairs = list(zip(table.rows(), table.rows(), strict=True))
    assert all(one == two for one, two in pairs)
    assert len(pairs) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n\n", "no row of column names"),
        (b"<html><table></table>", "not a table"),
        (b'{"a": 1}', "not a table"),
        (b"\x7fELF" + bytes(range(1, 9)) * 50, "not a table"),
        (b'Tag,Notes\nA1,"never closed\nA2,x\nA3,y\n', "never closed"),
        (b"Tag,Notes\nA1," + b"x" * (1 << 20) + b"\n", "longer than"),
        (b'Tag,Notes\nA1,"' + b"x\n" * 80_000 + b'"\n', "longer than"),
        (b",".join(b"c%d" % each for each in range(501)) + b"\n", "501 columns"),
        (b"PK\x03\x04 nothing of the kind", "archive is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nothing of the kind", "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(write: Write, content: bytes, said: str) -> None:
    assert said in refusal(write(content))


def test_wrong_options_are_refused_in_a_sentence(write: Write, tmp_path: Path) -> None:
    path = write(TEXT)
    assert "no encoding" in refusal(path, encoding="klingon")
    assert "one character" in refusal(path, delimiter="::")
    assert "no row of column names" in refusal(path, header_row=99)
    assert "no file" in refusal(tmp_path / "absent.csv")


def test_five_hundred_columns_are_read(write: Write) -> None:
    assert len(read(write(",".join(f"c{each}" for each in range(500)) + "\n"))[0]) == 500


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Kit"
    sheet.append(["Fleet of the school"])
    sheet.append([])
    sheet.append(["Tag", "Serial", "Bought", "Seen", "Loan", "Cost"])
    sheet.append(["A1", 12345678, date(2024, 1, 2), datetime.fromisoformat("2024-01-02T03:04"), True, 12.5])
    sheet.append(["A2", 1e20, None, None, False, "=1+1"])
    sheet["A7"], sheet["B7"] = "A3", "shared"
    sheet.merge_cells("B7:B9")
    sheet["A8"], sheet["A9"] = "A4", "A5"
    other = book.create_sheet("Other")
    other.append(["Tag", "Model"])
    other.append(["Z1", "x"])
    path = tmp_path / "fleet.xlsx"
    book.save(path)
    return path


def test_a_spreadsheet_gives_text_dates_and_identifiers_without_a_point(workbook: Path) -> None:
    headers, rows, facts = read(workbook)
    assert headers == ("Tag", "Serial", "Bought", "Seen", "Loan", "Cost")
    assert rows[0] == (4, ["A1", "12345678", "2024-01-02", "2024-01-02 03:04:00", "TRUE", "12.5"])
    assert rows[1][1][:2] == ["A2", "1e+20"]
    assert (facts.format, facts.sheet, facts.sheets, facts.header_row) == ("XLSX", "Kit", ("Kit", "Other"), 3)


def test_merged_cells_give_their_value_to_every_row_they_cover(workbook: Path) -> None:
    _, rows, facts = read(workbook)
    assert [cells[:2] for number, cells in rows if number >= 7] == [
        ["A3", "shared"],
        ["A4", "shared"],
        ["A5", "shared"],
    ]
    assert any("merged" in repair for repair in facts.repairs)


def test_a_sheet_that_begins_in_the_middle_keeps_its_row_numbers_and_merged_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for place, value in {"C5": "Tag", "D5": "Model", "C6": "A1", "D6": "x", "C7": "A2"}.items():
        sheet[place] = value
    sheet.merge_cells("D6:D7")
    book.save(tmp_path / "middle.xlsx")
    headers, rows, facts = read(tmp_path / "middle.xlsx")
    assert (headers, rows) == (("Tag", "Model"), [(6, ["A1", "x"]), (7, ["A2", "x"])])
    assert facts.header_row == 5


def test_a_sheet_with_one_cell_in_its_last_corner_is_refused_not_laid_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["SF1048576"] = "Tag", "x"
    book.save(tmp_path / "sparse.xlsx")
    assert "unfolds to more than" in refusal(tmp_path / "sparse.xlsx")


def test_a_sheet_is_chosen_by_name_and_an_unknown_one_refused(workbook: Path) -> None:
    assert read(workbook, sheet="Other")[1] == [(2, ["Z1", "x"])]
    assert "Kit, Other" in refusal(workbook, sheet="Third")


def test_the_working_copy_of_a_spreadsheet_is_removed(workbook: Path) -> None:
    with open_table(workbook) as table:
        copy = table._records.path
        assert copy.exists()
    assert not copy.exists()


def _archive(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_before_it_unfolds(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_spreadsheets, "MAX_UNPACKED", 1 << 20)
    bomb = _archive({"xl/workbook.xml": b" " * (4 << 20)})
    assert "unfolds to more than 1 MiB" in refusal(write(bomb, "bomb.xlsx"))


def test_an_archive_that_lies_about_its_size_is_refused_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_spreadsheets, "MAX_UNPACKED", 1 << 20)
    honest = _archive({"xl/workbook.xml": b" " * (4 << 20)})
    lying = honest.replace((4 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    assert "unfolds to more than 1 MiB" in refusal(write(lying, "bomb.xlsx"))


def test_a_sheet_that_repeats_one_cell_a_billion_times_is_stopped_by_the_memory_limit(write: Write) -> None:
    content = (
        b'<?xml version="1.0"?><office:document-content '
        b'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        b'<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
        b'<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
        b"</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        b"</office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    bomb = _archive({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})
    said = refusal(write(bomb, "bomb.ods"))
    assert "more than" in said or "cannot be read" in said or "columns" in said


def test_an_archive_without_a_spreadsheet_is_refused(write: Write) -> None:
    assert "archive without a spreadsheet" in refusal(write(_archive({"photo.jpg": b"x"}), "photos.zip"))


_LIKELY = st.text(alphabet="A1,;\t|\"'\n\r =\x00é£", max_size=300).map(lambda text: text.encode("utf-8"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=400), _LIKELY, _LIKELY.map(lambda text: text.decode().encode("utf-16"))))
def test_any_bytes_give_a_table_or_a_refusal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    try:
        headers, rows, facts = read(path)
    except ValidationRefused:
        return
    assert len(set(headers)) == len(headers) > 0
    assert all(headers)
    assert all(len(cells) >= len(headers) for _, cells in rows)
    assert [number for number, _ in rows] == sorted({number for number, _ in rows})
    assert json.dumps(facts.repairs)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_damaged_spreadsheet_gives_a_table_or_a_refusal(workbook: Path, place: int, byte: int) -> None:
    content = bytearray(workbook.read_bytes())
    content[place % len(content)] = byte
    damaged = workbook.with_name("damaged.xlsx")
    damaged.write_bytes(content)
    try:
        headers, _, _ = read(damaged)
    except ValidationRefused:
        return
    assert headers
