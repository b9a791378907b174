from benchmarks.house import PAGE, SOURCE, arrows, circle_of_files, floors, picture

MOST_ARROWS = 80


def test_a_newcomer_finds_at_most_twenty_rooms_and_few_arrows_between_them():
    found = arrows()
    assert len(floors(found)) <= 20
    assert len(found) <= MOST_ARROWS, "python benchmarks/house.py --why ROOM says which files make an arrow"


def test_no_room_uses_one_that_uses_it():
    assert [room for room, floor in floors(arrows()).items() if floor < 0] == []


def test_no_files_import_each_other_in_a_circle():
    assert [str(path.relative_to(SOURCE)) for path in circle_of_files()] == []


def test_the_picture_of_the_rooms_for_contributors_is_up_to_date():
    assert picture() in PAGE.read_text(encoding="utf-8"), "run python benchmarks/house.py --write"
