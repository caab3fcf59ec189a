#include "core/scrub/tokens.hpp"
#include "tests/unit/core/scrub/messages.hpp"

#include <gtest/gtest.h>

namespace understudy::scrub {
namespace {

TEST(Heads, CredentialsBecomeTokensThatKeepTheirScheme) {
  EXPECT_EQ(scrubbed_field("Authorization", "Bearer abc.def"), "Bearer " + tokens().opaque("abc.def"));
  EXPECT_EQ(scrubbed_field("proxy-authorization", "secret"), tokens().opaque("secret"));
  EXPECT_EQ(scrubbed_field("X-Api-Key", "k"), tokens().opaque("k"));
  for (const auto* name :
       {"X-Auth-Token", "X-CSRF-Token", "X-Amz-Security-Token", "X-Amz-Date", "X-Forwarded-Client-Cert",
        "X-Vault-Token", "My-Secret", "Some-Api-Key", "X-Db-Password", "Private-Token", "X-Session-Id"})
    EXPECT_EQ(scrubbed_field(name, "value"), tokens().opaque("value")) << name;
}

TEST(Heads, AFirstWordThatIsNoSchemeGoesToo) {
  EXPECT_EQ(scrubbed_field("Authorization", "correct horse battery"),
            tokens().opaque("correct horse battery"));
}

TEST(Heads, BasicStaysDecodable) {
  const auto value = scrubbed_field("Authorization", "Basic YW5uOnB3");
  EXPECT_TRUE(value.starts_with("Basic "));
  EXPECT_EQ(value.find("YW5u"), std::string::npos);
  EXPECT_EQ(scrubbed_field("Authorization", value), value);
  // The same user with another password is still the same user.
  EXPECT_EQ(value.substr(0, 30), scrubbed_field("Authorization", "Basic YW5uOm90aGVy").substr(0, 30));
}

TEST(Heads, CookiesKeepNamesOrderAndAttributes) {
  EXPECT_EQ(scrubbed_field("Cookie", "sid=abc; theme=dark;x=\"q\"; empty="),
            "sid=" + tokens().opaque("abc") + "; theme=" + tokens().opaque("dark") + ";x=\"" +
                tokens().opaque("q") + "\"; empty=");
  EXPECT_EQ(scrubbed_field("Set-Cookie", "sid=abc; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly"),
            "sid=" + tokens().opaque("abc") + "; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly");
  EXPECT_EQ(scrubbed_field("Cookie", "nameless"), tokens().opaque("nameless"));
}

TEST(Heads, EveryOtherFieldIsSearched) {
  EXPECT_EQ(scrubbed_field("From", "Ann <ann@example.com>"),
            "Ann <" + tokens().email("ann@example.com") + ">");
  EXPECT_EQ(scrubbed_field("X-Note", "card 4111 1111 1111 1111").find("4111"), std::string::npos);
  EXPECT_EQ(scrubbed_field("Referer", "https://h/p?email=ann%40example.com&a=1"),
            "https://h/p?email=" + tokens().email("ann@example.com") + "&a=1");
  EXPECT_EQ(scrubbed_field("Location", "/cb?access_token=abc#x"),
            "/cb?access_token=" + tokens().opaque("abc#x"));
  EXPECT_EQ(scrubbed_field("baggage", "user=ann%40example.com"), "user=" + tokens().email("ann@example.com"));
  EXPECT_EQ(scrubbed_field("Link", "<https://h/?token=abc&page=2>; rel=\"next\""),
            "<https://h/?token=" + tokens().opaque("abc") + "&page=2>; rel=\"next\"");
}

TEST(Heads, JsonInFieldsAndParametersIsEntered) {
  const auto token = tokens().opaque("hunter2");
  EXPECT_EQ(scrubbed_field("X-Data", R"({"password":"hunter2"})"), R"({"password":")" + token + R"("})");
  EXPECT_EQ(scrubbed_target(R"(/?j={"pin":"hunter2"})"), R"(/?j={"pin":")" + token + R"("})");
  EXPECT_EQ(scrubbed_field("X-Data", R"(ann\u0040example.com)"), tokens().email("ann@example.com"));
}

TEST(Heads, OrdinaryFieldsStayByteIdentical) {
  auto request = get("/v1/items/4711?page=2&q=a%20b&sort=-created");
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"Host", "api.example.com"},
           {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"},
           {"Accept", "text/html;q=0.9, */*;q=0.8"},
           {"If-None-Match", "W/\"5f3c-1700000000000\""},
           {"Date", "Mon, 05 Jan 2026 10:00:00 GMT"},
           {"X-Request-Id", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"},
           {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
           {"WWW-Authenticate", "Basic realm=\"x\""},
           {"Strict-Transport-Security", "max-age=31536000"},
           {"Content-Length", "1234567"}})
    request.head.fields.add(name, value);
  const auto before = request;
  const auto report = scrubber().scrub(std::move(request));
  EXPECT_EQ(report.message->head.target, before.head.target);
  EXPECT_EQ(report.message->head.fields, before.head.fields);
  EXPECT_EQ(report.redactions, 0u);
  EXPECT_TRUE(report.hits.empty());
}

TEST(Heads, OrderAndDuplicatesOfFieldsStay) {
  auto request = get("/");
  for (const auto* value : {"one", "a@b.de", "two"}) request.head.fields.add("X-A", value);
  request.head.fields.add("X-B", "three");
  const auto report = scrubber().scrub(std::move(request));
  const auto& fields = report.message->head.fields;
  ASSERT_EQ(fields.size(), 4u);
  EXPECT_EQ(fields[0].value, "one");
  EXPECT_EQ(fields[1].value, tokens().email("a@b.de"));
  EXPECT_EQ(fields[3].value, "three");
}

TEST(Heads, TargetsAreSplicedHoweverTheyAreEncoded) {
  const auto token = tokens().email("ann@example.com");
  EXPECT_EQ(scrubbed_target("/users/ann@example.com/x"), "/users/" + token + "/x");
  EXPECT_EQ(scrubbed_target("/users/ann%40example.com?a=%20b"), "/users/" + token + "?a=%20b");
  EXPECT_EQ(scrubbed_target("/?e=ann%2540example.com&b=%zz"), "/?e=" + token + "&b=%zz");
  EXPECT_EQ(scrubbed_target("/?e=%61nn%25%34%30example%2ecom"), "/?e=" + token);
  EXPECT_EQ(scrubbed_target("/a;mail=ann@example.com/b"), "/a;mail=" + token + "/b");
  EXPECT_EQ(scrubbed_target("/?e=a%2Bb@example.com"), "/?e=" + tokens().email("a+b@example.com"));
  EXPECT_EQ(scrubbed_target("/?e=%u0061nn%u0040example.com"), "/?e=" + token);
}

TEST(Heads, CardsInTargetsKeepTheirSeparators) {
  const auto card = tokens().card("4111111111111111");
  EXPECT_EQ(scrubbed_target("/pay/4111111111111111"), "/pay/" + card);
  const auto spaced = scrubbed_target("/?c=4111+1111%201111-1111");
  EXPECT_EQ(spaced, "/?c=" + card.substr(0, 4) + "+" + card.substr(4, 4) + "%20" + card.substr(8, 4) + "-" +
                        card.substr(12));
}

TEST(Heads, SecretParametersGoWhateverTheyHold) {
  EXPECT_EQ(scrubbed_target("/?access_token=abc&x=1"), "/?access_token=" + tokens().opaque("abc") + "&x=1");
  EXPECT_EQ(scrubbed_target("/?pass%77ord=abc"), "/?pass%77ord=" + tokens().opaque("abc"));
  EXPECT_EQ(scrubbed_target("/?password="), "/?password=");
  EXPECT_EQ(scrubbed_target("/a;jsessionid=ABC123?x=1"),
            "/a;jsessionid=" + tokens().opaque("ABC123") + "?x=1");
}

TEST(Heads, AValueEncodedDeeperThanWeLookBecomesOneToken) {
  const auto target = scrubbed_target("/?e=ann%2525252540example.com&b=1");
  EXPECT_EQ(target.find("ann"), std::string::npos);
  EXPECT_TRUE(target.ends_with("&b=1"));
}

TEST(Heads, TheSameSecretIsTheSameTokenEverywhere) {
  const auto token = tokens().opaque("s3cr3t");
  EXPECT_EQ(scrubbed_field("Authorization", "Bearer s3cr3t"), "Bearer " + token);
  EXPECT_EQ(scrubbed_field("Cookie", "t=s3cr3t"), "t=" + token);
  EXPECT_EQ(scrubbed_target("/?token=s3cr3t"), "/?token=" + token);
  EXPECT_EQ(scrubbed_json(R"({"token":"s3cr3t"})"), R"({"token":")" + token + R"("})");
}

TEST(Heads, TrailersAndReasonsAreSearchedToo) {
  http::Response response;
  response.head.status = 404;
  response.head.reason = "No user ann@example.com";
  response.trailers.add("X-Note", "ann@example.com");
  const auto report = scrubber().scrub(std::move(response));
  EXPECT_EQ(report.message->head.reason, "No user " + tokens().email("ann@example.com"));
  EXPECT_EQ(report.message->trailers[0].value, tokens().email("ann@example.com"));
  EXPECT_EQ(hits(report.hits, "email"), 2u);
}

TEST(Heads, NamesOfFieldsAndCookiesAreSearched) {
  auto request = get("/");
  request.head.fields.add("X-4111111111111111", "1");
  request.head.fields.add("Cookie", "ann@example.com=1");
  const auto report = scrubber().scrub(std::move(request));
  EXPECT_EQ(report.message->head.fields[0].name, "X-" + tokens().card("4111111111111111"));
  EXPECT_EQ(report.message->head.fields[1].value.find("ann@"), std::string_view::npos);
}

}  // namespace
}  // namespace understudy::scrub
