"""The reference document whose styles pandoc takes over: A4, serif, numbered paragraphs, ruled tables."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

FONT = "Times New Roman"
TEXT_WIDTH = Cm(16)
#: Name, size in points, space before and after, bold.
_STYLES = (
    ("Body Text", 10.5, 0, 7, False),
    ("First Paragraph", 10.5, 0, 7, False),
    ("Compact", 9, 1, 1, False),
    ("Masthead", 10.5, 0, 2, False),
    ("Form", 9, 2, 16, False),
    ("Title", 19, 6, 2, True),
    ("Subtitle", 12.5, 0, 14, False),
    ("Summary Heading", 12, 6, 6, True),
    ("Summary Text", 10.5, 0, 7, False),
    ("Numbered Paragraph", 10.5, 0, 7, False),
    ("Heading 1", 13.5, 18, 9, True),
    ("Heading 2", 11, 12, 6, True),
    ("Label", 9.5, 10, 0, False),
    ("Caption", 10, 0, 4, True),
    ("Picture", 10, 0, 2, False),
    ("Source", 8.5, 2, 12, False),
    ("Table Text", 9, 1, 1, False),
    ("Small Table Text", 7.5, 0, 0, False),
    ("Footnote Text", 8.5, 0, 2, False),
)
_KEPT_WITH_NEXT = ("Summary Heading", "Heading 1", "Heading 2", "Label", "Caption", "Picture", "Table Text")


@cache
def reference_document() -> bytes:
    """The reference document as .docx."""
    made = docx.Document()
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    for name, size, before, after, bold in _STYLES:
        style = _style(made, name)
        _font(style, size, bold=bold)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = name in _KEPT_WITH_NEXT
        style.paragraph_format.line_spacing = 1.08
    made.styles["Masthead"].paragraph_format.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    made.styles["Numbered Paragraph"].paragraph_format.tab_stops.add_tab_stop(Cm(0.9))
    for name in ("Numbered Paragraph", "Summary Text"):
        made.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _border(made.styles["Masthead"], "bottom", 12)
    _footnote_reference(made)
    _table_style(made)
    _page_number(section.footer.paragraphs[0])
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _style(made: Any, name: str) -> Any:
    if name in [style.name for style in made.styles]:
        return made.styles[name]
    style = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = made.styles["Normal"]
    return style


def _font(style: Any, size: float, *, bold: bool) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    # The default template underlines its title with a rule of its own.
    for rule in style.element.findall(f".//{qn('w:pBdr')}"):
        rule.getparent().remove(rule)


def _border(style: Any, side: str, eighths: int) -> None:
    rule = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:{side} w:val="single" w:sz="{eighths}" w:space="4" w:color="000000"/></w:pBdr>'
    )
    style.element.get_or_add_pPr().append(rule)


def _footnote_reference(made: Any) -> None:
    style = made.styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER)
    style.font.superscript = True


def _table_style(made: Any) -> None:
    style = made.styles.add_style("Table", WD_STYLE_TYPE.TABLE)
    style.element.append(
        parse_xml(
            f'<w:tblPr {nsdecls("w")}><w:tblBorders><w:top w:val="single" w:sz="8" w:color="000000"/>'
            '<w:bottom w:val="single" w:sz="8" w:color="000000"/></w:tblBorders>'
            '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        )
    )
    style.element.append(
        parse_xml(
            f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:tcPr><w:tcBorders>'
            '<w:bottom w:val="single" w:sz="4" w:color="000000"/></w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
        )
    )


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
