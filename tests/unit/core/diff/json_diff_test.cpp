#include "core/diff/response_diff.hpp"
#include "tests/unit/core/diff/responses.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace understudy::diff {
namespace {

struct Case {
  const char* name;
  const char* recorded;
  const char* replayed;
  const char* found;
};

class JsonBodies : public testing::TestWithParam<Case> {};

TEST_P(JsonBodies, DifferAsNamed) {
  const auto& c = GetParam();
  EXPECT_EQ(summary(compare(json_response(c.recorded), json_response(c.replayed))), c.found);
}

INSTANTIATE_TEST_SUITE_P(
    Table, JsonBodies,
    testing::Values(
        Case{"equal", R"({"a":1})", R"({"a":1})", ""},
        Case{"whitespace", R"({"a":1})", "{ \"a\" : 1 }\n", ""},
        Case{"member_order", R"({"a":1,"b":2})", R"({"b":2,"a":1})", ""},
        Case{"value", R"({"a":1})", R"({"a":2})", "value_changed /a"},
        Case{"nested", R"({"a":{"b":{"c":true}}})", R"({"a":{"b":{"c":false}}})", "value_changed /a/b/c"},
        Case{"number_against_string", R"({"a":1})", R"({"a":"1"})", "type_changed /a"},
        Case{"null_against_value", R"({"a":null})", R"({"a":0})", "type_changed /a"},
        Case{"null_against_missing", R"({"a":null,"b":1})", R"({"b":1})", "missing /a"},
        Case{"object_against_array", R"({"a":{}})", R"({"a":[]})", "type_changed /a"},
        Case{"wrapped_root", R"([1])", R"({"data":[1]})", "type_changed "},
        Case{"missing_and_added", R"({"a":1,"b":2})", R"({"b":2,"c":3})", "missing /a; added /c"},
        Case{"one_and_one_point_zero", R"({"a":1})", R"({"a":1.0})", ""},
        Case{"exponent", R"({"a":1500})", R"({"a":1.5e3})", ""},
        Case{"big_integer_by_one", R"({"a":9007199254740993})", R"({"a":9007199254740992})",
             "value_changed /a"},
        Case{"huge_integer_by_one", R"({"a":123456789012345678901234567890})",
             R"({"a":123456789012345678901234567891})", "value_changed /a"},
        Case{"escapes_are_spelling", R"({"a":"caf\u00e9\/"})", "{\"a\":\"caf\xc3\xa9/\"}", ""},
        Case{"surrogate_pair", R"({"a":"\ud83d\ude00"})", "{\"a\":\"\xf0\x9f\x98\x80\"}", ""},
        Case{"path_escapes", R"({"a/b":{"c~d":1}})", R"({"a/b":{"c~d":2}})", "value_changed /a~1b/c~0d"},
        Case{"uuid_member", R"({"5f0c7b1e-8a8e-4c52-9c57-0a1b2c3d4e5f":1})",
             R"({"5f0c7b1e-8a8e-4c52-9c57-0a1b2c3d4e5f":2})", "value_changed /{uuid}"},
        Case{"duplicate_key_lost", R"({"a":1,"a":2})", R"({"a":1})", "missing /a"},
        Case{"duplicate_key_changed", R"({"a":1,"a":2})", R"({"a":1,"a":3})", "value_changed /a"},
        Case{"empty_key", R"({"":1})", R"({"":2})", "value_changed /"}));

INSTANTIATE_TEST_SUITE_P(
    Arrays, JsonBodies,
    testing::Values(Case{"positions_are_starred", R"([{"x":1},{"x":2}])", R"([{"x":1},{"x":3}])",
                         "value_changed /*/x"},
                    Case{"keyed_removed", R"([{"id":1},{"id":2},{"id":3}])", R"([{"id":1},{"id":3}])",
                         "element_removed /*"},
                    Case{"keyed_added", R"([{"id":1}])", R"([{"id":1},{"id":2}])", "element_added /*"},
                    Case{"keyed_moved", R"([{"id":1,"v":1},{"id":2,"v":2}])",
                         R"([{"id":2,"v":2},{"id":1,"v":1}])", "order_changed "},
                    Case{"keyed_moved_and_changed", R"([{"id":1,"v":1},{"id":2,"v":2}])",
                         R"([{"id":2,"v":9},{"id":1,"v":1}])", "order_changed ; value_changed /*/v"},
                    Case{"number_ids_match_text_ids", R"([{"id":1,"t":"a"},{"id":2,"t":"b"}])",
                         R"([{"id":"1","t":"a"},{"id":"2","t":"b"}])", "type_changed /*/id"},
                    Case{"fresh_ids_pair_by_position", R"([{"id":1,"t":"a"},{"id":2,"t":"b"}])",
                         R"([{"id":11,"t":"a"},{"id":12,"t":"b"}])", "value_changed /*/id"},
                    Case{"scalars_reordered", R"({"tags":["a","b","c"]})", R"({"tags":["c","a","b"]})",
                         "order_changed /tags"},
                    Case{"scalar_inserted", R"(["a","b","c"])", R"(["a","x","b","c"])", "element_added /*"},
                    Case{"scalar_removed", R"(["a","b","c"])", R"(["a","c"])", "element_removed /*"},
                    Case{"scalar_replaced", R"(["a","b","c"])", R"(["a","x","c"])", "value_changed /*"},
                    Case{"emptied", R"({"a":[1,2]})", R"({"a":[]})", "element_removed /a/*"},
                    Case{"filled", R"({"a":[]})", R"({"a":[1]})", "element_added /a/*"},
                    Case{"nested_arrays", R"([[1,2],[3]])", R"([[1,2],[4]])", "value_changed /*/*"}));

INSTANTIATE_TEST_SUITE_P(NotJson, JsonBodies,
                         testing::Values(Case{"broken_replay", R"({"a":1})", R"({"a":1)", "body_changed "},
                                         Case{"both_broken_equal", "{oops", "{oops", ""},
                                         Case{"text_for_json", "{}", "Not Found", "body_changed "},
                                         Case{"two_values", "[]", "[],[]", "body_changed "},
                                         Case{"leading_zero", "1", "01", "body_changed "},
                                         Case{"lone_surrogate", R"("a")", R"("\ud800")", "body_changed "},
                                         Case{"invalid_utf8", R"("a")", "\"\xff\"", "body_changed "},
                                         Case{"emptied_body", "{}", "", "body_changed "}));

TEST(JsonDiff, RepeatsOfOnePlaceAreOneDifferenceWithACount) {
  const auto comparison = compare(json_response(R"([{"n":"a"},{"n":"b"},{"n":"c"}])"),
                                  json_response(R"([{"n":"x"},{"n":"y"},{"n":"z"}])"));
  ASSERT_EQ(comparison.differences.size(), 1U);
  EXPECT_EQ(comparison.differences[0].occurrences, 3U);
  EXPECT_EQ(comparison.differences[0].recorded, "a");
  EXPECT_EQ(comparison.differences[0].values.size(), 3U);
}

TEST(JsonDiff, ExcerptsAreBounded) {
  const auto comparison =
      compare(json_response("{\"a\":[" + std::string(5'000, '1') + "]}"), json_response(R"({"a":7})"));
  ASSERT_EQ(comparison.differences.size(), 1U);
  EXPECT_LE(comparison.differences[0].recorded.size(), 200U);
  EXPECT_TRUE(comparison.differences[0].recorded.ends_with("..."));
}

TEST(JsonDiff, DistinctDifferencesAreCappedAndTheRestCounted) {
  std::string recorded = "{";
  std::string replayed = "{";
  for (int i = 0; i < 1'000; ++i) {
    const auto member = (i ? ",\"k" : "\"k") + std::to_string(i) + "\":";
    recorded += member + "1";
    replayed += member + "2";
  }
  const auto comparison = compare(json_response(recorded + "}"), json_response(replayed + "}"));
  EXPECT_EQ(comparison.differences.size(), Comparison::kDifferencesMax);
  EXPECT_EQ(comparison.differences_dropped, 1'000 - Comparison::kDifferencesMax);
}

TEST(JsonDiff, NestingBeyondTheLimitIsComparedAsBytes) {
  const auto deep = [](char c) { return std::string(100'000, '[') + c + std::string(100'000, ']'); };
  EXPECT_EQ(summary(compare(json_response(deep('1')), json_response(deep('2')))), "body_changed ");
  EXPECT_EQ(summary(compare(json_response(deep('1')), json_response(deep('1')))), "");
}

TEST(JsonDiff, VeryLongUnalignableArraysReportTheirLengths) {
  const auto numbers = [](int from, int count) {
    std::string out = "[";
    for (int i = 0; i < count; ++i) out += (i ? "," : "") + std::to_string(from + i);
    return out + "]";
  };
  EXPECT_EQ(summary(compare(json_response(numbers(0, 3'000)), json_response(numbers(10'000, 2'500)))),
            "array_length ");
}

TEST(JsonDiff, LeavesAreCountedWhetherEqualOrNot) {
  EXPECT_EQ(compare(json_response(R"({"a":1,"b":[1,2,3]})"), json_response(R"({"a":1,"b":[1,2,3]})"))
                .leaves_compared,
            compare(json_response(R"({"a":1,"b":[1,2,3]})"), json_response(R"({"a":2,"b":[1,2,4]})"))
                .leaves_compared);
}

/// A random document as text; member names repeat on purpose.
std::string random_json(int depth) {
  const int choice = *rc::gen::inRange(0, depth > 3 ? 5 : 7);
  switch (choice) {
    case 0:
      return "null";
    case 1:
      return *rc::gen::arbitrary<bool>() ? "true" : "false";
    case 2:
      return std::to_string(*rc::gen::arbitrary<int>());
    case 3:
      return "-0.5e" + std::to_string(*rc::gen::inRange(-40, 40));
    case 4:
      return '"' + *rc::gen::container<std::string>(rc::gen::inRange('a', 'z')) + '"';
    default:
      break;
  }
  std::string out = choice == 5 ? "[" : "{";
  const int members = *rc::gen::inRange(0, 5);
  for (int i = 0; i < members; ++i) {
    if (i) out += ',';
    if (choice == 6) out += std::string("\"") + *rc::gen::inRange('a', 'f') + "\":";
    out += random_json(depth + 1);
  }
  return out + (choice == 5 ? ']' : '}');
}

RC_GTEST_PROP(JsonDiff, ADocumentMatchesItself, ()) {
  const auto text = random_json(0);
  // The space keeps the byte-equality shortcut out.
  const auto comparison = compare(json_response(text), json_response(text + " "));
  RC_ASSERT(summary(comparison).empty());
  RC_ASSERT(comparison.leaves_compared > 0);
}

RC_GTEST_PROP(JsonDiff, DifferencesAreFoundFromBothSides, ()) {
  const auto a = random_json(0);
  const auto b = random_json(0);
  RC_ASSERT(compare(json_response(a), json_response(b)).differences.empty() ==
            compare(json_response(b), json_response(a)).differences.empty());
}

}  // namespace
}  // namespace understudy::diff
