// HARs as browsers and proxies write them: what they do differently is read right, and what was read once
// survives an export.
#include "capture-format/convert/har_document.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/har_export.hpp"
#include "capture-format/convert/text_encoding.hpp"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/exchange_compare.hpp"

#include <algorithm>
#include <tuple>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

namespace json = boost::json;

HarExchange read(const std::string& text) {
  auto exchange = read_har_entry(text);
  EXPECT_TRUE(exchange.has_value()) << exchange.error().message << '\n' << text;
  return exchange ? std::move(*exchange) : HarExchange{};
}

/// The members of the request, and of the response.
HarExchange entry(const std::string& request, const std::string& response = "\"status\":200",
                  const std::string& more = "") {
  return read(
      fmt::format(R"({{"request":{{"method":"GET",{}}},"response":{{{}}}{}}})", request, response, more));
}

TEST(HarInterop, WhatACaptureHoldsComesBackFromAHar) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    auto sample = receivable_exchange(i);
    auto& view = sample.view;
    if (i % 5 == 1) view.request.target = "*";
    if (i % 5 == 2) view.request.target = sample.keep("/caf\xe9/\xc3\xa9");
    if (i % 5 == 3) view.request.method = "CONNECT", view.request.target = "db.example:443";
    if (i % 7 == 0) view.response.truncation = Truncation::disconnect, view.response.body_length += 1000;
    if (i % 7 == 0) view.response.body_hash = 0;
    if (i % 7 == 1) view.timings = {0, 0, 0, 5'000'000'123};
    if (i % 7 == 2) view.request.body = {}, view.request.body_length = 0, view.request.body_hash = 0;
    if (i % 7 == 3) view.response.content_decoded = true;
    if (!view.has_response) view.response = {};
    const auto text = har_entry(view);
    auto back = read(text);
    back.view.start_ns = read_har_entry_place(text)->start_ns;
    ASSERT_EQ(describe_content(back.view), describe_content(view)) << i << '\n' << text;
  }
}

TEST(HarInterop, AFileMayBeUtf16WithOrWithoutAMark) {
  const std::string text = R"({"log":{"entries":[{"x":"caf\u00e9 )"
                           "\xc3\xa9 \xf0\x9f\x98\x80"
                           R"("}]}})";
  std::u16string wide;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\xc3\xa9")
      wide += u'\u00e9', ++i;
    else if (text.substr(i, 4) == "\xf0\x9f\x98\x80")
      wide += u"\U0001F600", i += 3;
    else
      wide += static_cast<char16_t>(text[i]);
  }
  for (const bool big : {false, true})
    for (const bool mark : {false, true}) {
      std::string bytes;
      for (const auto unit : (mark ? u"\uFEFF" : u"") + wide) {
        const char low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8);
        bytes += big ? high : low;
        bytes += big ? low : high;
      }
      normalize_encoding(bytes);
      EXPECT_EQ(bytes, text) << big << mark;
    }
}

TEST(HarInterop, NumbersInQuotesAndTimesOfJavascriptAreRead) {
  const auto exchange = entry(R"("url":"http://a/")", R"("status":"404")");
  EXPECT_EQ(exchange.view.response.status, 404u);
  const auto place = read_har_entry_place(R"({"startedDateTime":1468405723123.5})");
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->start_ns, 1'468'405'723'123'500'000u);
}

TEST(HarInterop, AWebSocketIsTheRequestThatOpenedIt) {
  const auto exchange = entry(R"("url":"wss://a.example/chat?x=1")", R"("status":101)",
                              R"(,"_webSocketMessages":[{"type":"send","data":"hi"}])");
  EXPECT_EQ(exchange.view.request.target, "/chat?x=1");
  EXPECT_EQ(extension(exchange.view, "scheme"), "https");
  EXPECT_EQ(extension(exchange.view, "har.url"), "wss://a.example/chat?x=1");
  EXPECT_TRUE(has_repair(exchange, "websocket_messages_left_out"));
}

TEST(HarInterop, HostsBeyondAsciiAreEscapedAndKeptExactly) {
  const auto exchange = entry(
      "\"url\":\"http://b\xc3\xbc"
      "cher.example:81/\xc3\xa4?\xc3\xb6\"");
  EXPECT_EQ(exchange.view.request.authority, "b%C3%BCcher.example:81");
  EXPECT_EQ(exchange.view.request.target, "/%C3%A4?%C3%B6");
  EXPECT_EQ(extension(exchange.view, "har.url"),
            "http://b\xc3\xbc"
            "cher.example:81/\xc3\xa4?\xc3\xb6");
  EXPECT_EQ(entry(R"("url":"http://[2001:db8::1]:8080/x")").view.request.authority, "[2001:db8::1]:8080");
}

TEST(HarInterop, CookiesThatStandInTheirListAloneBecomeAField) {
  const auto exchange = entry(R"("url":"http://a/","headers":[],"cookies":[{"name":"a","value":"1"},
      {"name":"sid","value":"x y"},{"value":"nameless"},7])");
  ASSERT_EQ(exchange.view.request.headers.size(), 1u);
  EXPECT_EQ(exchange.view.request.headers[0].value, "a=1; sid=x y");
  EXPECT_TRUE(has_repair(exchange, "cookies_from_their_list"));
  const auto both = entry(R"("url":"http://a/","headers":[{"name":"cookie","value":"a=1"}],
      "cookies":[{"name":"a","value":"1"}])");
  EXPECT_EQ(both.view.request.headers.size(), 1u);
}

TEST(HarInterop, FoldedValuesAreOneFieldAndJoinedOnesAreSeveral) {
  const auto exchange = entry(R"("url":"http://a/","headers":[{"name":"X-Folded","value":"a\r\n b"},
      {"name":"Set-Cookie","value":"a=1\r\nb=2\nc=3"}])");
  ASSERT_EQ(exchange.view.request.headers.size(), 4u);
  EXPECT_EQ(exchange.view.request.headers[0].value.substr(0, 1), "a");
  EXPECT_EQ(exchange.view.request.headers[2].value, "b=2");
}

TEST(HarInterop, AListOfValuesIsAFieldForEach) {
  const auto exchange = entry(
      R"("url":"http://a/","headers":[{"name":"accept","value":["*/*"]},{"name":"dnt","value":1}])",
      R"("status":200,"headers":[{"name":"set-cookie","value":["a=1","b=2"]},{"name":"x","value":null}])");
  ASSERT_EQ(exchange.view.request.headers.size(), 2u);
  EXPECT_EQ(exchange.view.request.headers[0].value, "*/*");
  EXPECT_EQ(exchange.view.request.headers[1].value, "1");
  ASSERT_EQ(exchange.view.response.headers.size(), 3u);
  EXPECT_EQ(exchange.view.response.headers[0].value, "a=1");
  EXPECT_EQ(exchange.view.response.headers[1].value, "b=2");
  EXPECT_EQ(exchange.view.response.headers[2].value, "");
  EXPECT_TRUE(has_repair(exchange, "header_value_was_no_text"));
}

TEST(HarInterop, AScriptThatHandsOverAHarIsOne) {
  const std::string har = R"({"log":{"entries":[{"a":")\n"}]}})";
  for (const auto& text : {"onInputData(" + har + ");\n", " a.b$1(" + har + " ) ", har}) {
    const auto document = HarDocument::parse(text);
    ASSERT_TRUE(document.has_value()) << text;
    EXPECT_EQ(document->entry(0), R"({"a":")\n"})");
  }
  for (const auto* text : {"f", "f(", "f(;", "(", ";", "f()", "f({)", "(x)", "f(({}))"})
    EXPECT_FALSE(HarDocument::parse(text).has_value()) << text;
}

TEST(HarInterop, WhatAServerPushedHasNoMethodAndIsAGet) {
  const auto exchange =
      read(R"({"request":{"method":null,"url":"https://a/b.png"},"response":{"status":200}})");
  EXPECT_EQ(exchange.view.request.method, "GET");
  EXPECT_TRUE(has_repair(exchange, "method_missing"));
}

TEST(HarInterop, WherePhasesDoNotAddUpTheWholeTimeStays) {
  for (const auto& [time, done_ns, first_byte_ns] :
       {std::tuple{"100.5", 100'500'000u, 13'000'000u}, std::tuple{"7.25", 7'250'000u, 7'250'000u},
        std::tuple{"0", 20'000'000u, 13'000'000u}, std::tuple{"null", 20'000'000u, 13'000'000u}}) {
    const auto exchange = entry(
        R"("url":"http://a/")", R"("status":200)",
        fmt::format(
            R"(,"time":{},"timings":{{"blocked":-1,"dns":1,"connect":2,"send":0,"wait":10,"receive":7}})",
            time));
    EXPECT_EQ(exchange.view.timings.response_done_ns, done_ns) << time;
    EXPECT_EQ(exchange.view.timings.first_byte_ns, first_byte_ns) << time;
    auto again = read(har_entry(exchange.view));
    EXPECT_EQ(again.view.timings.response_done_ns, done_ns) << time;
    EXPECT_EQ(again.view.timings.first_byte_ns, first_byte_ns) << time;
  }
}

TEST(HarInterop, ParametersThatAreNoFormAreNoBody) {
  const auto parsed = entry(
      R"("url":"http://a/","bodySize":40,"postData":{"params":[{"name":"a","value":{"b":1}},{"name":"c","value":2}]})");
  EXPECT_TRUE(has_repair(parsed, "request_body_missing"));
  EXPECT_EQ(parsed.view.request.body_length, 40u);
  const auto form = entry(R"("url":"http://a/","postData":{"params":[{"name":"c","value":2}]})");
  EXPECT_EQ(form.view.request.body, "c=2");
}

TEST(HarInterop, ABodyThatIsAlreadyParsedIsWrittenAsText) {
  const auto exchange =
      entry(R"("url":"http://a/")", R"("status":200,"content":{"size":9,"text":{"a":[1,2]}})");
  EXPECT_EQ(exchange.view.response.body, R"({"a":[1,2]})");
  EXPECT_TRUE(has_repair(exchange, "body_was_no_text"));
}

TEST(HarInterop, BytesThatAToolWroteAsTheyWereStay) {
  const auto document = HarDocument::parse(
      "{\"log\":{\"entries\":[{\"request\":{\"method\":\"POST\",\"url\":\"http://a/\",\"postData\":"
      "{\"text\":\"caf\xe9\"}},\"response\":{\"status\":200}}]}}");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(read(std::string(document->entry(0))).view.request.body, "caf\xe9");
}

/// Python writes bytes that are no UTF-8 as halves of surrogate pairs (PEP 383), which JSON then escapes.
TEST(HarInterop, BinaryPostDataOfMitmproxyComesBackAsItsBytes) {
  const std::string text =
      R"({"log":{"version":"1.2","creator":{"name":"mitmproxy","version":"10.1"},"entries":[
    {"request":{"method":"POST","url":"http://a/","postData":{"mimeType":"x","text":"\u0001\udc89PNG\udcff\ud83d\ude00\udc80"}},
     "response":{"status":200}},{"request":{"method":"GET","url":"http://a/2"},"response":{"status":200}}]}})";
  const auto document = HarDocument::parse(text);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->escaped_bytes(), 3u);
  EXPECT_EQ(document->lone_surrogates(), 0u);
  EXPECT_EQ(read(std::string(document->entry(0))).view.request.body, "\x01\x89PNG\xff\xf0\x9f\x98\x80\x80");
  EXPECT_EQ(read(std::string(document->entry(1))).view.request.target, "/2");
  auto browser = text;
  browser.replace(browser.find("mitmproxy"), 9, "WebInspec");
  EXPECT_EQ(HarDocument::parse(browser)->escaped_bytes(), 0u);
  EXPECT_EQ(HarDocument::parse(browser, true)->escaped_bytes(), 3u);
}

TEST(HarInterop, OwnFieldsThatMakeNoSenseChangeNothing) {
  const auto plain = entry(R"("url":"http://a/b")");
  for (
      const auto* own :
      {R"("x")", R"({"target":"","authority":7,"session_key":"zz","fate":"?","timings_ns":[]})",
       R"({"target":"/a b","request_truncation":7,"trace_id":"!!","stream_id":-1,"mirrors":[7,{"outcome":"?"}]})",
       R"({"extensions":7,"request_trailers":[{"value":"x"}],"response_decoded":"yes","timings_ns":{"connected":-1}})"}) {
    auto odd = entry(R"("url":"http://a/b")", "\"status\":200", fmt::format(",\"_understudy\":{}", own));
    odd.view.extensions = plain.view.extensions;
    EXPECT_EQ(describe_content(odd.view), describe_content(plain.view)) << own;
  }
}

/// No file can claim to have been scrubbed.
TEST(HarInterop, ScrubbingIsNeverTakenFromAFile) {
  const TemporaryDirectory directory;
  const auto har = (directory.path() / "in.har").string();
  const auto capture = (directory.path() / "out.ucap.zst").string();
  write_file(har, R"({"log":{"entries":[{"request":{"method":"GET","url":"http://a/?mail=jo%40example.org"},
      "response":{"status":200},"_understudy":{"scrub":"clean","redactions":9,"trace_id":"am9AZXhhbXBsZS5vcmcuLg==",
      "mirrors":[{"target":"jo@example.org","outcome":"sent","reason":"jo@example.org"}],"authority":"jo@example.org",
      "request_trailers":[{"name":"x","value":"jo@example.org"}],"extensions":[{"name":"scheme","value":"jo@example.org"},
      {"name":"har.request_version","value":"jo@example.org"},{"name":"x","value":"jo@example.org"}]}}]}})");
  ASSERT_EQ(run_capture({"import", "--from", "har", har, "-o", capture}).code, ExitCode::ok);
  const auto text = run_capture({"cat", "--json", capture}).out;
  EXPECT_EQ(text.find("example.org"), std::string::npos) << text;
  EXPECT_EQ(json::parse(text).at("scrub").at("state").as_string(), "redacted");
}

}  // namespace
}  // namespace understudy::capture::testing
