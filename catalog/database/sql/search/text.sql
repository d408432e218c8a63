-- Texts as search compares them: words, parts of words, accents and case.

-- internal.search_normal(a_text) [scalar]: A text in lower case, without accents, its words apart by one space.
trim(regexp_replace(strip_accents(lower(a_text)), '[^\p{L}\p{N}]+', ' ', 'g'));

-- internal.search_joined(a_text) [scalar]: The same without the spaces: `credit-risk` as `creditrisk`.
regexp_replace(strip_accents(lower(a_text)), '[^\p{L}\p{N}]+', '', 'g');

-- internal.search_spaced(a_text) [scalar]: A text with a space between letters and digits, and around each Chinese or Japanese character.
regexp_replace(
    regexp_replace(regexp_replace(a_text, '(\p{L})(\p{N})', '\1 \2', 'g'), '(\p{N})(\p{L})', '\1 \2', 'g'),
    '([\p{Han}\p{Hiragana}\p{Katakana}])', ' \1 ', 'g'
);

-- internal.search_split(a_text) [scalar]: A text with a space wherever a word ends inside it: also in `creditRisk` and `HTTPServer`.
internal.search_spaced(regexp_replace(
    regexp_replace(a_text, '(\p{Ll})(\p{Lu})', '\1 \2', 'g'), '(\p{Lu})(\p{Lu}\p{Ll})', '\1 \2', 'g'
));

-- internal.search_parts(a_text) [scalar]: The words of a text, in order, split wherever a word ends.
list_filter(string_split(internal.search_normal(internal.search_split(a_text)), ' '), lambda word: word <> '');

-- internal.search_compounds(a_text) [scalar]: What of a text consists of several words without a space between them: `ResNet50`, Chinese.
-- A word inside ends between letters and digits of ASCII: to look between those of all languages takes twice the time.
array_to_string(regexp_extract_all(
    a_text,
    '[\p{L}\p{N}]*(?:[a-z][A-Z]|[A-Z][A-Z][a-z]|[A-Za-z][0-9]|[0-9][A-Za-z]|[\p{Han}\p{Hiragana}\p{Katakana}])[\p{L}\p{N}]*'
), ' ');

-- internal.search_folded(a_text) [scalar]: A text as fields compare it: without accents and case.
strip_accents(lower(a_text));

-- internal.search_ending(a_name) [scalar]: The name of a metric or parameter as its ends are compared: any that begins after a `.` or `/`
--     is meant.
'.' || replace(lower(a_name), '/', '.');

-- internal.search_split_texts(texts): The words of some texts: see `search_parts`.
--   key: text
--   text: The text.
--   parts: Its words.
select text, internal.search_parts(text) as parts from (select unnest(texts::varchar[]) as text);
