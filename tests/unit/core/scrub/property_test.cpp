// The invariants of scrubbing, over generated documents with known secrets in known spellings.
#include "core/scrub/detectors/luhn.hpp"
#include "core/scrub/json/lexer.hpp"
#include "tests/unit/core/scrub/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace understudy::scrub {
namespace {

/// A document and the values planted in it.
struct Planted {
  std::string text;
  std::vector<std::string> emails;
  std::vector<std::string> cards;
};

/// Letters of generated filler: no digit and no '@', so that nothing but what is planted can be found.
rc::Gen<std::string> filler() {
  return rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcdefgh ,.:/-_{}[]<>()?!;|~^*#$")));
}

std::string random_letters(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>('a' + *rc::gen::inRange(0, 26)));
  return out;
}

std::string random_card() {
  std::string head =
      *rc::gen::elementOf(std::vector<std::string>{"4539", "5412", "2345", "6012", "3540", "6212"});
  while (head.size() < 15) head.push_back(static_cast<char>('0' + *rc::gen::inRange(0, 10)));
  return head + luhn_digit(head);
}

std::string hex_escape(char c) {
  constexpr char kHex[] = "0123456789abcdef";
  return {'\\', 'u', '0', '0', kHex[(c >> 4) & 15], kHex[c & 15]};
}

/// Some spelling of `value` inside a JSON string.
std::string spelled(const std::string& value) {
  const int spelling = *rc::gen::inRange(0, 4);
  std::string out;
  for (const char c : value) {
    const bool chosen = *rc::gen::inRange(0, 3) == 0;
    if (spelling == 1 && (chosen || c == '@')) {
      out += hex_escape(c);
    } else if (spelling == 2 && c == '@') {
      out += "%40";
    } else if (spelling == 3 && c == '@') {
      out += "%2540";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string quoted(const std::string& inside) { return "\"" + inside + "\""; }

std::string plant(Planted& planted, int depth);

std::string container(Planted& planted, int depth, bool object) {
  std::string out = object ? "{" : "[";
  const int members = *rc::gen::inRange(0, 4);
  for (int i = 0; i < members; ++i) {
    if (i != 0) out += ", ";
    if (object) out += quoted(random_letters(3) + "_x") + " : ";
    out += plant(planted, depth + 1);
  }
  return out + (object ? "}" : "]");
}

std::string plant(Planted& planted, int depth) {
  switch (*rc::gen::inRange(0, depth > 3 ? 5 : 7)) {
    case 0:
      return quoted(*filler());
    case 1:
      return std::to_string(*rc::gen::inRange(-100000, 100000));
    case 2: {
      planted.emails.push_back(random_letters(6) + "@" + random_letters(5) + ".com");
      return quoted("to " + spelled(planted.emails.back()) + " now");
    }
    case 3:
      planted.cards.push_back(random_card());
      return planted.cards.back();
    case 4:
      planted.cards.push_back(random_card());
      return quoted("c " + spelled(planted.cards.back()));
    case 5:
      return container(planted, depth, true);
    default:
      return container(planted, depth, false);
  }
}

rc::Gen<Planted> documents() {
  return rc::gen::exec([] {
    Planted planted;
    planted.text = container(planted, 0, true);
    return planted;
  });
}

/// The kinds of a document's tokens in order.
struct ShapeSink {
  std::string shape;
  void key(const JsonString&) { shape.push_back('k'); }
  void string(const JsonString&) { shape.push_back('s'); }
  void number(const JsonNumber&) { shape.push_back('n'); }
  void literal() { shape.push_back('l'); }
  void open(std::size_t depth) { shape += "(" + std::to_string(depth); }
  void close(std::size_t) { shape.push_back(')'); }
};

std::string shape_of(std::string_view text) {
  ShapeSink sink;
  return JsonLexer<ShapeSink>(text, 128, sink).run() ? sink.shape : "broken";
}

bool holds(const std::string& text, const std::vector<std::string>& values) {
  for (const auto& value : values)
    if (text.find(value) != std::string::npos ||
        text.find(value.substr(0, value.find('@'))) != std::string::npos)
      return true;
  return false;
}

TEST(ScrubProperty, PlantedValuesNeverSurviveAndEachIsCounted) {
  EXPECT_TRUE(rc::check([] {
    const auto planted = *documents();
    const auto report = scrub_body_of("application/json", planted.text);
    RC_LOG() << planted.text << '\n' << report.message->body;
    RC_ASSERT(report.body_kept());
    RC_ASSERT(!holds(report.message->body, planted.emails));
    RC_ASSERT(!holds(report.message->body, planted.cards));
    RC_ASSERT(hits(report.hits, "email") == planted.emails.size());
    RC_ASSERT(hits(report.hits, "card") == planted.cards.size());
  }));
}

TEST(ScrubProperty, WithoutHitsOutputEqualsInput) {
  EXPECT_TRUE(rc::check([] {
    const auto planted = *documents();
    RC_PRE(planted.emails.empty() && planted.cards.empty());
    const auto report = scrub_body_of("application/json", planted.text);
    RC_ASSERT(report.body == BodyState::clean);
    RC_ASSERT(report.message->body == planted.text);
  }));
}

TEST(ScrubProperty, ScrubbingTwiceIsScrubbingOnce) {
  EXPECT_TRUE(rc::check([] {
    const auto once = scrubbed_json((*documents()).text);
    const auto twice = scrub_body_of("application/json", once);
    RC_ASSERT(twice.body == BodyState::clean);
    RC_ASSERT(twice.message->body == once);
  }));
}

TEST(ScrubProperty, TheShapeAndAllTypesStay) {
  EXPECT_TRUE(rc::check([] {
    const auto planted = *documents();
    RC_ASSERT(shape_of(scrubbed_json(planted.text)) == shape_of(planted.text));
  }));
}

TEST(ScrubProperty, ArbitraryBytesNeitherCrashNorComeBackTwiceDifferent) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    for (const auto* type : {"application/json", "text/plain", "application/x-www-form-urlencoded", ""}) {
      const auto once = scrub_body_of(type, bytes);
      if (!once.body_kept()) continue;
      const auto twice = scrub_body_of(type, once.message->body);
      RC_ASSERT(twice.message->body == once.message->body);
    }
    RC_ASSERT(scrubbed_target(scrubbed_target("/" + bytes)) == scrubbed_target("/" + bytes));
  }));
}

TEST(ScrubProperty, TextOfTellingPiecesIsStableUnderASecondPass) {
  const auto pieces = rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{"@",
                                                  "a",
                                                  ".com",
                                                  "ann@example.com",
                                                  "4111",
                                                  "1111",
                                                  " ",
                                                  "-",
                                                  ".",
                                                  "4111111111111111",
                                                  "%40",
                                                  "%25",
                                                  "%",
                                                  "&#64;",
                                                  "\\u0040",
                                                  "=",
                                                  "password",
                                                  "token=",
                                                  "&",
                                                  ";",
                                                  "\"",
                                                  "'",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "\n",
                                                  "12",
                                                  "0.",
                                                  "\xef\xbc\xa0",
                                                  "\xe2\x80\x8b",
                                                  "\xef\xbc\x94",
                                                  "us-",
                                                  "Bearer ",
                                                  "?",
                                                  "+",
                                                  ",",
                                                  ":",
                                                  "_",
                                                  "\xe4\xb8\xad",
                                                  "example.com",
                                                  "5"}));
  EXPECT_TRUE(rc::check([&] {
    std::string text;
    for (const auto& piece : *pieces) text += piece;
    for (const auto* type : {"text/plain", "application/x-www-form-urlencoded"}) {
      const auto once = scrub_body_of(type, text).message->body;
      const auto twice = scrub_body_of(type, once).message->body;
      RC_ASSERT(twice == once);
    }
    const auto field = scrubbed_field("X-Note", text);
    RC_ASSERT(scrubbed_field("X-Note", field) == field);
  }));
}

TEST(ScrubProperty, OutputIsNeverMuchLargerThanInput) {
  EXPECT_TRUE(rc::check([] {
    const auto planted = *documents();
    RC_ASSERT(scrubbed_json(planted.text).size() <= 8 * planted.text.size());
  }));
}

}  // namespace
}  // namespace understudy::scrub
