from folding import regenerate


def test_the_table_is_what_regenerating_it_writes():
    assert regenerate.TARGET.read_text(encoding="utf-8") == regenerate.module()


def test_no_ascii_character_and_no_character_twice_is_in_the_table():
    for table in (regenerate.exact(), regenerate.LOOSE):
        chars = "".join(table) if table is not regenerate.LOOSE else "".join(table.values())
        assert not any(char.isascii() for char in chars)
        assert len(set(chars)) == len(chars)
