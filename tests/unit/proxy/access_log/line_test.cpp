#include "proxy/access_log/line_writer.hpp"

#include <cctype>
#include <string>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// 2026-01-05T10:00:00.123Z
constexpr std::uint64_t kTime = 1'767'607'200'123'456'789;

AccessRecord sample() {
  AccessRecord record;
  record.time = {kTime};
  record.connection_id = 7;
  record.head_read = true;
  record.set(AccessText::client, "192.0.2.7");
  record.set(AccessText::method, "GET");
  record.set(AccessText::path, "/basket/3");
  record.set(AccessText::request_id, "5f3a");
  record.set(AccessText::trace_id, "0af7651916cd43dd8448eb211c80319c");
  record.set(AccessText::upstream, "127.0.0.1:9000");
  record.set(AccessText::tls_version, "TLSv1.3");
  record.set(AccessText::tls_cipher, "TLS_AES_256_GCM_SHA384");
  record.set(AccessText::host, "shop.example");
  record.set(AccessText::user_agent, "curl/7.88");
  record.set(AccessText::referer, "https://shop.example/?token=abc");
  auto& account = record.account;
  account.bytes_in = 120;
  account.bytes_out = 4096;
  account.duration = microseconds(12'345);
  account.connect = microseconds(210);
  account.first_byte = milliseconds(1002);
  account.status = 200;
  account.retries = 1;
  account.upstream_reused = true;
  return record;
}

scrub::Options scrub_options() {
  scrub::Options options;
  options.key[0] = 1;
  return options;
}

std::string line(const AccessRecord& record, std::string_view format,
                 const std::vector<AccessField>& extra = {}) {
  static const scrub::Scrubber scrubber{scrub_options()};
  LineWriter writer(LineFormat::parse(format, extra).value());
  std::string out;
  writer.append(out, LoggedExchange(record, scrubber));
  return out;
}

TEST(AccessLine, JsonHasEveryFieldWithItsUnit) {
  EXPECT_EQ(
      line(sample(), "json"),
      R"({"time":"2026-01-05T10:00:00.123Z","client":"192.0.2.7","connection_id":7,"request_id":"5f3a",)"
      R"("trace_id":"0af7651916cd43dd8448eb211c80319c","method":"GET","path":"/basket/3",)"
      R"("protocol":"HTTP/1.1","status":200,"outcome":"ok","reason":null,"retries":1,"bytes_in":120,)"
      R"("bytes_out":4096,"duration_seconds":0.012345,"connect_seconds":0.000210,)"
      R"("first_byte_seconds":1.002000,"upstream":"127.0.0.1:9000","upstream_reused":true,)"
      R"("tls_version":"TLSv1.3","tls_cipher":"TLS_AES_256_GCM_SHA384"})"
      "\n");
}

TEST(AccessLine, WhatIsNotKnownIsNullInJsonAndADashInText) {
  AccessRecord record;
  record.set(AccessText::client, "192.0.2.7");
  record.account.status = 400;
  record.account.local_reply = LocalReply::malformed_request;
  const auto json = line(record, "json");
  for (const auto* field : {"method", "path", "protocol", "upstream", "connect_seconds", "first_byte_seconds",
                            "tls_version", "request_id"})
    EXPECT_NE(json.find("\"" + std::string(field) + "\":null"), std::string::npos) << field << " " << json;
  EXPECT_NE(json.find(R"("outcome":"local_reply","reason":"malformed_request")"), std::string::npos) << json;
  EXPECT_EQ(line(record, "{request} {upstream} {connect_seconds}"), "- - -\n");
}

TEST(AccessLine, TextIsLogfmt) {
  const auto text = line(sample(), "text");
  EXPECT_TRUE(text.starts_with("time=2026-01-05T10:00:00.123Z client=192.0.2.7 connection_id=7 ")) << text;
  EXPECT_NE(text.find(" status=200 outcome=ok reason=- "), std::string::npos) << text;
}

TEST(AccessLine, CombinedIsWhatLogAnalysersRead) {
  EXPECT_EQ(line(sample(), "common"),
            "192.0.2.7 - - [05/Jan/2026:10:00:00 +0000] \"GET /basket/3 HTTP/1.1\" 200 4096\n");
  const auto combined = line(sample(), "combined");
  EXPECT_TRUE(combined.ends_with("\" \"curl/7.88\"\n")) << combined;
}

TEST(AccessLine, EveryFieldCanStandInATemplate) {
  for (const auto name : kAccessFieldNames) {
    const auto text = line(sample(), "<{" + std::string(name) + "}>");
    EXPECT_TRUE(text.starts_with("<") && text.ends_with(">\n") && text.size() > 3) << name << ": " << text;
  }
}

TEST(AccessLine, BracesAreDoubled) { EXPECT_EQ(line(sample(), "{{{status}}} {{{{"), "{200} {{\n"); }

TEST(AccessLine, ClientsFieldsAreInJsonOnlyWhenAskedFor) {
  const auto plain = line(sample(), "json");
  EXPECT_EQ(plain.find("curl"), std::string::npos);
  EXPECT_EQ(plain.find("shop.example"), std::string::npos);
  const auto asked = line(sample(), "json", {AccessField::user_agent, AccessField::host});
  EXPECT_NE(asked.find(R"("host":"shop.example","user_agent":"curl/7.88"})"), std::string::npos) << asked;
}

TEST(AccessLine, PersonalDataIsScrubbedWhereverAClientPutsIt) {
  auto record = sample();
  constexpr std::string_view kSecret = "jane.doe@corp.example";
  for (const auto which : {AccessText::path, AccessText::user_agent, AccessText::referer,
                           AccessText::request_id, AccessText::method, AccessText::host})
    record.set(which, "/" + std::string(kSecret));
  for (const auto* format :
       {"json", "text", "combined", "{method} {path} {request_id} {host} {user_agent}"}) {
    const auto text =
        line(record, format, {AccessField::user_agent, AccessField::referer, AccessField::host});
    EXPECT_EQ(text.find("jane"), std::string::npos) << text;
    EXPECT_EQ(text.find("corp.example"), std::string::npos) << text;
  }
}

TEST(AccessLine, CredentialsInPathsAndReferersAreScrubbed) {
  auto record = sample();
  record.set(AccessText::path, "/a;jsessionid=0123456789abcdef0123/b/4111111111111111");
  const auto text = line(record, R"("{path}" "{referer}")");
  EXPECT_EQ(text.find("0123456789abcdef"), std::string::npos) << text;
  EXPECT_EQ(text.find("4111111111111111"), std::string::npos) << text;
  EXPECT_EQ(text.find("token=abc"), std::string::npos) << text;
}

/// What a hostile client could put into any text.
std::string hostile() {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  return text + "\"} \r\n{\"status\":200} level=error status=200 \xc2\x9b[2J \xed\xa0\x80";
}

AccessRecord hostile_record() {
  auto record = sample();
  for (const auto which : {AccessText::method, AccessText::path, AccessText::request_id, AccessText::host,
                           AccessText::user_agent, AccessText::referer})
    record.set(which, hostile());
  return record;
}

TEST(AccessLine, NothingAClientSendsEndsALine) {
  for (const auto* format : {"json", "text", "common", "combined", "{path}|{user_agent}"}) {
    const auto text = line(hostile_record(), format, {AccessField::user_agent, AccessField::host});
    EXPECT_EQ(text.find('\n'), text.size() - 1) << format;
    for (const char c : text.substr(0, text.size() - 1)) {
      EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f) << format;
    }
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos) << "a C1 control in " << format;
  }
}

TEST(AccessLine, NothingAClientSendsClosesAQuoteOrAddsAColumn) {
  const auto quoted = line(hostile_record(), R"("{path}" "{user_agent}")");
  EXPECT_EQ(std::count(quoted.begin(), quoted.end(), '"'), 4) << quoted;
  const auto bare = line(hostile_record(), "{path} {user_agent} {status}");
  EXPECT_EQ(std::count(bare.begin(), bare.end(), ' '), 2) << bare;
  const auto logfmt = line(hostile_record(), "text");
  EXPECT_EQ(logfmt.find(" status=200 outcome"), logfmt.rfind(" status=200 outcome")) << logfmt;
}

TEST(AccessLine, AnEndlessPathIsCutAfterScrubbing) {
  auto record = sample();
  record.set(AccessText::path,
             "/" + std::string(2040, 'a') + "/jane.doe@corp.example/" + std::string(9000, 'b'));
  const auto text = line(record, "{path}");
  EXPECT_LE(text.size(), 2049U);
  EXPECT_EQ(text.find("jane"), std::string::npos);
}

TEST(AccessLine, OutcomesTellWhoEndedTheExchange) {
  ExchangeAccount account;
  EXPECT_EQ(outcome_name(account), "ok");
  account.tunnel = true;
  EXPECT_EQ(outcome_name(account), "tunnel");
  account = {};
  account.fate = Fate::client_abort;
  EXPECT_EQ(outcome_name(account), "client_abort");
  EXPECT_EQ(shown_status(account), 499U) << "nothing was sent";
  account.status = 200;
  EXPECT_EQ(shown_status(account), 200U);
  account.fate = Fate::reset;
  EXPECT_EQ(outcome_name(account), "primary_failed");
  account.local_reply = LocalReply::primary_failed;
  EXPECT_EQ(outcome_name(account), "local_reply");
}

std::string refusal(std::string_view format) {
  const auto parsed = LineFormat::parse(format);
  return parsed ? "" : parsed.error().message;
}

TEST(AccessFormat, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(refusal("{client} {stauts}"), "unknown field 'stauts' at character 11: did you mean 'status'?");
  EXPECT_NE(refusal("{client} {status").find("character 10 is never closed"), std::string::npos);
  EXPECT_NE(refusal("{client} }").find("character 10 closes nothing"), std::string::npos);
  EXPECT_NE(refusal("{client}\n{status}").find("control character"), std::string::npos);
  EXPECT_NE(refusal("jsno").find("json, text, common, combined"), std::string::npos);
  EXPECT_NE(refusal(std::string(3000, 'x')).find("at most 2048"), std::string::npos);
  EXPECT_NE(refusal("{}").find("unknown field ''"), std::string::npos);
}

}  // namespace
}  // namespace understudy::proxy
