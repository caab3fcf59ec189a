#include "core/guard/guard.hpp"

#include "core/guard/path.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace understudy::guard {
namespace {

http::Request request(std::string method, std::string target, std::string body = {}) {
  http::Request made;
  made.head.method = std::move(method);
  made.head.target = std::move(target);
  made.body = std::move(body);
  return made;
}

http::Request with_field(std::string method, std::string target, std::string_view name,
                         std::string_view value) {
  auto made = request(std::move(method), std::move(target));
  made.head.fields.add(name, value);
  return made;
}

http::Request form(std::string type, std::string body) {
  auto made = request("POST", "/quote", std::move(body));
  made.head.fields.add("Content-Type", type);
  return made;
}

Rule allow(std::vector<std::string> methods, std::vector<std::string> paths, std::string name = {}) {
  return {Rule::Action::allow, std::move(methods), std::move(paths), std::move(name)};
}

const Guard kDefault{Options{}};

std::string rule_for(const http::Request& judged, const Guard& guard = kDefault) {
  const auto decision = guard.judge(judged);
  EXPECT_FALSE(decision.reason.empty());
  EXPECT_EQ(guard.allows(judged), decision.allowed()) << decision.reason;
  return (decision.allowed() ? "allow " : "deny ") + decision.rule;
}

static_assert(!std::is_constructible_v<ShadowRequest<http::Request>, http::Request>);
static_assert(!std::is_copy_constructible_v<ShadowRequest<http::Request>>);
static_assert(!std::is_default_constructible_v<ShadowRequest<http::Request>>);

TEST(Guard, SafeMethodsPassAndAllOthersAreDenied) {
  for (const auto* method : {"GET", "HEAD", "OPTIONS"})
    EXPECT_EQ(rule_for(request(method, "/a")), "allow safe_method");
  for (const auto* method :
       {"POST", "PUT", "PATCH", "DELETE", "PROPFIND", "MKCOL", "QUERY", "get", "Get", "FOO", ""})
    EXPECT_EQ(rule_for(request(method, "/a")), "deny unsafe_method") << method;
}

TEST(Guard, ReasonsAreSentencesThatNameTheMethod) {
  EXPECT_EQ(kDefault.judge(request("POST", "/a")).reason, "method POST is not safe and no rule allows it");
}

TEST(Guard, MarkedRequestsAreNeverMirroredAgain) {
  EXPECT_EQ(rule_for(with_field("GET", "/", "x-shadow", "v1;abc")), "deny shadow_marker");
}

TEST(Guard, TunnelsUpgradesAndTraceAreDenied) {
  EXPECT_EQ(rule_for(request("CONNECT", "example.com:443")), "deny upgrade");
  EXPECT_EQ(rule_for(with_field("GET", "/ws", "Upgrade", "websocket")), "deny upgrade");
  EXPECT_EQ(rule_for(with_field("GET", "/ws", "Connection", "keep-alive, Upgrade")), "deny upgrade");
  EXPECT_EQ(rule_for(with_field("GET", "/", "HTTP2-Settings", "AAMAAABkAAQ")), "deny upgrade");
  EXPECT_EQ(rule_for(request("TRACE", "/")), "deny trace");
  EXPECT_EQ(rule_for(request("TRACK", "/")), "deny trace");
}

TEST(Guard, MethodOverrideHeadersAreDeniedInEverySpelling) {
  for (const auto* name : {"X-HTTP-Method-Override", "x-http-method", "X-Method-Override", "X-Original-URL",
                           "X-Rewrite-URL", "X_HTTP_Method_Override"})
    EXPECT_EQ(rule_for(with_field("GET", "/", name, "DELETE")), "deny method_override") << name;
}

TEST(Guard, MethodOverrideInTheQueryIsDeniedHoweverItIsEncoded) {
  for (const auto* query : {"_method=DELETE", "a=1&_METHOD=put", "%5Fmethod=DELETE", "%255fmethod=DELETE",
                            "a=1;_method=x", "_method[]=DELETE", ".method=PUT", "+_method=PUT", "_method"})
    EXPECT_EQ(rule_for(request("GET", std::string("/?") + query)), "deny method_override") << query;
  EXPECT_EQ(rule_for(request("GET", "/?payment_method=card&method=list")), "allow safe_method");
}

TEST(Guard, MethodOverrideInABodyIsDeniedEvenWhereARuleAllowsThePost) {
  const Guard guard{Options{{allow({"POST"}, {"/quote"})}}};
  EXPECT_EQ(rule_for(form("application/x-www-form-urlencoded", "a=1&b=2"), guard), "allow rule 1");
  EXPECT_EQ(rule_for(form("application/x-www-form-urlencoded", "a=1&_method=DELETE"), guard),
            "deny method_override");
  EXPECT_EQ(rule_for(form("application/x-www-form-urlencoded", "a=1&%5f%6dethod=DELETE"), guard),
            "deny method_override");
  EXPECT_EQ(rule_for(form("multipart/form-data; boundary=x",
                          "--x\r\nContent-Disposition: form-data; name=\"_Method\"\r\n\r\nDELETE\r\n--x--"),
                     guard),
            "deny method_override");
  EXPECT_EQ(rule_for(form("application/json", R"({"_method":"DELETE"})"), guard), "deny method_override");
  EXPECT_EQ(rule_for(form("application/json", R"({"payment_method":"card"})"), guard), "allow rule 1");
}

TEST(Guard, ABodyThatCannotBeDecodedCountsAsAnOverride) {
  const Guard guard{Options{{allow({"POST"}, {"/quote"})}}};
  auto encoded = form("application/x-www-form-urlencoded", "not gzip");
  encoded.head.fields.add("Content-Encoding", "gzip");
  EXPECT_EQ(rule_for(encoded, guard), "deny method_override");
}

TEST(Guard, SafeMethodsWithABodyAreDenied) {
  EXPECT_EQ(rule_for(request("GET", "/search", "{}")), "deny get_with_body");
  EXPECT_EQ(rule_for(with_field("HEAD", "/", "Content-Length", "5")), "deny get_with_body");
  EXPECT_EQ(rule_for(with_field("GET", "/", "Transfer-Encoding", "chunked")), "deny get_with_body");
  EXPECT_EQ(rule_for(with_field("GET", "/", "Content-Length", "0")), "allow safe_method");
}

TEST(Guard, PathsThatSuggestSideEffectsAreDenied) {
  for (const auto* target : {"/logout",
                             "/users/sign-out",
                             "/users/signOut",
                             "/SIGNOUT",
                             "/account/log_out.php",
                             "/newsletter/unsubscribe/42",
                             "/email/confirm?token=x",
                             "/verify-email",
                             "/api/activateUser",
                             "/items/7/delete",
                             "/cart/remove",
                             "/order/cancel",
                             "/requests/9/approve",
                             "/pay",
                             "/payment/callback",
                             "/oauth2/authorize",
                             "/cron",
                             "/%6cogout",
                             "/%256cogout",
                             "/a/%2e%2e/log%6fut",
                             "/x?action=delete",
                             "/x?do=logout",
                             "/x?a=1&ACTION=removeItem",
                             "/x?cmd=sign%2dout",
                             "/index.php?logout",
                             "/posts;delete"})
    EXPECT_EQ(rule_for(request("GET", target)), "deny side_effect_path") << target;
}

TEST(Guard, WordsAreSplitAtHumpsAndWhatIsNoLetter) {
  for (const auto* path : {"/user-signOut-now2", "/a/optOut", "/opt-out", "/HTTPLogout", "/LOGout2x",
                           "/x.y_magic-link", "/log2out"})
    EXPECT_EQ(rule_for(request("GET", path)), "deny side_effect_path") << path;
  for (const auto* path : {"/log/out", "/blog-outing", "/payer", "/opt", "/out", "/"})
    EXPECT_EQ(rule_for(request("GET", path)), "allow safe_method") << path;
}

TEST(Guard, WordsThatMerelyContainAListedOneArePassed) {
  for (const auto* target :
       {"/payments/7", "/approved", "/confirmations", "/canceled-orders", "/verified", "/deleted-items",
        "/x?callback=jsonp1", "/x?q=delete", "/log/out", "/macron", "/removed"})
    EXPECT_EQ(rule_for(request("GET", target)), "allow safe_method") << target;
}

TEST(Guard, OnlyAnAllowRuleThatNamesThePathLiftsTheSideEffectDenial) {
  const Guard by_path{Options{{allow({"GET"}, {"/oauth/keys"}, "keys")}}};
  EXPECT_EQ(rule_for(request("GET", "/oauth/keys"), by_path), "allow keys");
  EXPECT_EQ(rule_for(request("GET", "/oauth/token"), by_path), "deny side_effect_path");
  const Guard by_method{Options{{allow({"GET"}, {})}}};
  EXPECT_EQ(rule_for(request("GET", "/oauth/keys"), by_method), "deny side_effect_path");
  const Guard switched_off{Options{.rules = {}, .deny_side_effect_paths = false}};
  EXPECT_EQ(rule_for(request("GET", "/logout"), switched_off), "allow safe_method");
}

TEST(Guard, NoRuleLiftsTheOtherBuiltInDenials) {
  const Guard guard{Options{{allow({}, {"/**"})}}};
  EXPECT_EQ(rule_for(with_field("GET", "/", "X-Shadow", "1"), guard), "deny shadow_marker");
  EXPECT_EQ(rule_for(request("TRACE", "/"), guard), "deny trace");
  EXPECT_EQ(rule_for(request("POST", "/?_method=GET"), guard), "deny method_override");
  EXPECT_EQ(rule_for(request("GET", "/", "body"), guard), "deny get_with_body");
}

TEST(Guard, GraphQlOverGetPassesOnlyAsAQuery) {
  EXPECT_EQ(rule_for(request("GET", "/graphql?query={me{id}}")), "allow safe_method");
  EXPECT_EQ(rule_for(request("GET", "/graphql?query=mutation%20{pay}")), "deny side_effect_path");
  EXPECT_EQ(rule_for(request("GET", "/api?query=%0Amutation%28%24a%3AInt%29%7Bx%7D")),
            "deny side_effect_path");
  EXPECT_EQ(rule_for(request("GET", "/graphql?query=subscription{x}")), "deny side_effect_path");
  EXPECT_EQ(rule_for(request("GET", "/graphql?extensions={\"persistedQuery\":{\"sha256Hash\":\"ab\"}}")),
            "deny side_effect_path");
  EXPECT_EQ(rule_for(request("GET", "/search?query=gene+mutation")), "allow safe_method");
}

TEST(Guard, TheFirstMatchingRuleWins) {
  const Guard guard{Options{{{Rule::Action::deny, {}, {"/v1/quote/admin/**"}, "admin"},
                             {Rule::Action::record_only, {"PUT"}, {}, "puts"},
                             allow({"POST", "PUT"}, {"/v1/quote/**"}, "quotes")}}};
  EXPECT_EQ(rule_for(request("POST", "/v1/quote/7"), guard), "allow quotes");
  EXPECT_EQ(rule_for(request("POST", "/v1/quote/admin/7"), guard), "deny admin");
  EXPECT_EQ(guard.judge(request("PUT", "/v1/quote/7")).kind, Decision::Kind::record_only);
  EXPECT_EQ(rule_for(request("POST", "/v1/other"), guard), "deny unsafe_method");
  EXPECT_EQ(rule_for(request("post", "/v1/quote/7"), guard), "deny unsafe_method");
}

TEST(Guard, RulesSeeTheNormalizedPath) {
  const Guard guard{
      Options{{{Rule::Action::deny, {}, {"/admin/**"}, "admin"}, allow({"POST"}, {"/open/*"}, "open")}}};
  for (const auto* target : {"/open/../admin/x", "//admin//x", "/%61dmin/x", "/admin;v=1/x", "/./admin/x",
                             "/open/%2e%2e/admin/x", "http://h/admin/x"})
    EXPECT_EQ(rule_for(request("POST", target), guard), "deny admin") << target;
  EXPECT_EQ(rule_for(request("POST", "/open/a/b"), guard), "deny unsafe_method");
}

TEST(Guard, APathThatServersReadDifferentlyIsJudgedByNoPathRule) {
  const Guard guard{Options{{allow({"POST"}, {"/open/**"}, "open")}}};
  for (const auto* target :
       {"/open/..%2fadmin", "/open/..%5Cadmin", "/open/..\\admin", "/open/%252e%252e/admin"})
    EXPECT_EQ(rule_for(request("POST", target), guard), "deny ambiguous_path") << target;
  // Without path rules an encoded slash decides nothing: GET /projects/group%2Fname is an ordinary read.
  EXPECT_EQ(rule_for(request("GET", "/projects/group%2Fname")), "allow safe_method");
}

TEST(Guard, ABrokenPathIsDeniedAlways) {
  for (const auto* target : {"/a%", "/a%zz", "/a%00b", "/a%0d%0ab"})
    EXPECT_EQ(rule_for(request("GET", target)), "deny ambiguous_path") << target;
}

TEST(Guard, AdmitWrapsOnlyWhatIsAllowed) {
  EXPECT_FALSE(kDefault.admit(request("POST", "/a")));
  const auto admitted = kDefault.admit(request("GET", "/a"));
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->request().head.target, "/a");
}

TEST(Glob, StarsStayWithinASegmentAndDoubleStarsDoNot) {
  EXPECT_TRUE(glob_matches("/a/*", "/a/b"));
  EXPECT_FALSE(glob_matches("/a/*", "/a/b/c"));
  EXPECT_TRUE(glob_matches("/a/**", "/a/b/c"));
  EXPECT_TRUE(glob_matches("/a/**", "/a"));
  EXPECT_TRUE(glob_matches("/a/**", "/a/"));
  EXPECT_FALSE(glob_matches("/a/**", "/ab"));
  EXPECT_TRUE(glob_matches("/**/x", "/a/b/x"));
  EXPECT_TRUE(glob_matches("/a/*/c", "/a/b/c"));
  EXPECT_FALSE(glob_matches("/a/*/c", "/a/b/d/c"));
  EXPECT_TRUE(glob_matches("/a/**/c*d", "/a/b/cx/cyd"));
  EXPECT_TRUE(glob_matches("**", "/anything/at/all"));
  EXPECT_FALSE(glob_matches("", "/"));
  EXPECT_TRUE(glob_matches("/*-*.json", "/a-b-c.json"));
  EXPECT_FALSE(glob_matches("/a", "/a/"));
}

TEST(Glob, ManyStarsStayCheap) {
  const std::string glob = "/**a**a**a**a**a**a**a**a**a**a**a**b";
  EXPECT_FALSE(glob_matches(glob, "/" + std::string(5000, 'a')));
  std::string stars;
  for (int i = 0; i < 100; ++i) stars += "a*";
  EXPECT_FALSE(glob_matches(stars + "b", std::string(5000, 'a')));
}

TEST(NormalPath, ResolvesWhatServersResolve) {
  EXPECT_EQ(normalize_path("/a/./b/../c").text, "/a/c");
  EXPECT_EQ(normalize_path("/../../a").text, "/a");
  EXPECT_EQ(normalize_path("//a///b/").text, "/a/b/");
  EXPECT_EQ(normalize_path("/a;x=1/b;y").text, "/a/b");
  EXPECT_EQ(normalize_path("/a%20b").text, "/a b");
  EXPECT_EQ(normalize_path("").text, "/");
  EXPECT_EQ(normalize_path("*").text, "*");
}

}  // namespace
}  // namespace understudy::guard
