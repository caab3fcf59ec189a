#include "tests/unit/core/http/feed.hpp"
#include "tests/unit/core/http/request_cases.hpp"
#include "tests/unit/core/http/roundtrip.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

/// Enough to find a broken rule in a second or two; UNDERSTUDY_MUTATIONS=1000000 for a long run.
std::size_t rounds() {
  const char* wanted = std::getenv("UNDERSTUDY_MUTATIONS");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 10'000;
}

const std::vector<std::string>& fragments() {
  static const std::vector<std::string> all = {"\r\n",
                                               "\r",
                                               "\n",
                                               std::string(1, '\0'),
                                               " ",
                                               "\t",
                                               "\v",
                                               ":",
                                               ",",
                                               ";",
                                               "_",
                                               "\x85",
                                               "\xa0",
                                               "0",
                                               "\r\n\r\n",
                                               "Content-Length: 5\r\n",
                                               "Content_Length: 5\r\n",
                                               "Content-Length: 0\r\n",
                                               "Transfer-Encoding: chunked\r\n",
                                               "Transfer-Encoding: identity\r\n",
                                               "Transfer_Encoding: chunked\r\n",
                                               "Connection: close, Content-Length, Host, x\r\n",
                                               "Connection: upgrade, TE\r\nUpgrade: websocket\r\n",
                                               "TE: trailers\r\n",
                                               "Host: b\r\n",
                                               "Via: 1.1 understudy\r\n",
                                               "Forwarded: for=x\r\n",
                                               "X-Forwarded-For: 1.2.3.4\r\n",
                                               "Max-Forwards: 3\r\n",
                                               "Expect: 100-continue\r\n",
                                               "http://b:80",
                                               " HTTP/1.0"};
  return all;
}

std::size_t below(std::size_t limit, std::mt19937& random) {
  return std::uniform_int_distribution<std::size_t>(0, limit)(random);
}

/// One of the things that smuggling tools do to a message.
void mutate(std::string& raw, std::mt19937& random) {
  const auto at = below(raw.size(), random);
  switch (below(5, random)) {
    case 0:
      if (at < raw.size()) raw[at] = static_cast<char>(below(255, random));
      return;
    case 1:
      raw.erase(at, 1 + below(3, random));
      return;
    case 2:
      raw.insert(at, fragments()[below(fragments().size() - 1, random)]);
      return;
    case 3: {  // a line more, where lines begin
      const auto line = raw.find("\r\n", at);
      if (line != std::string::npos) raw.insert(line + 2, fragments()[below(fragments().size() - 1, random)]);
      return;
    }
    case 4: {  // a line twice
      const auto begin = raw.rfind('\n', at);
      const auto end = raw.find('\n', at);
      if (begin != std::string::npos && end != std::string::npos && end > begin)
        raw.insert(end + 1, raw.substr(begin + 1, end - begin));
      return;
    }
    default:
      if (at < raw.size() && raw[at] == '-') raw[at] = '_';
      return;
  }
}

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (const auto& accepted : accepted_requests())
    if (accepted.raw.size() < 600) all.push_back(accepted.raw);
  for (const auto& refused : refused_requests())
    if (refused.raw.size() < 600) all.push_back(refused.raw);
  return all;
}

TEST(MutationTest, WhateverIsAcceptedIsForwardedAsTheSameMessageInAnySplit) {
  const auto from = seeds();
  std::mt19937 random(20241);
  std::size_t accepted = 0;
  for (std::size_t round = 0; round < rounds(); ++round) {
    auto raw = from[below(from.size() - 1, random)];
    for (auto times = below(3, random); times-- > 0;) mutate(raw, random);
    const auto seen = feed_request(raw, whole());
    ASSERT_EQ(feed_request(raw, random_pieces(raw.size(), random)), seen) << testing::PrintToString(raw);
    ASSERT_EQ(broken_by_forwarding_request(raw), "") << testing::PrintToString(raw);
    accepted += seen.end == Seen::End::complete ? 1 : 0;
  }
  EXPECT_GT(accepted, rounds() / 20) << "too few survive to say anything";
}

TEST(MutationTest, ResponsesAreForwardedAsTheSameMessage) {
  const std::vector<std::string> from = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\nA : b\r\n\r\nhello",
      "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\nConnection: X\r\nX: y\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.0 200 OK\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\nhello",
      "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n"};
  std::mt19937 random(20242);
  for (std::size_t round = 0; round < rounds(); ++round) {
    auto raw = from[below(from.size() - 1, random)];
    for (auto times = below(3, random); times-- > 0;) mutate(raw, random);
    ASSERT_EQ(feed_response(raw, random_pieces(raw.size(), random)), feed_response(raw, whole()))
        << testing::PrintToString(raw);
    ASSERT_EQ(broken_by_forwarding_response(raw), "") << testing::PrintToString(raw);
  }
}

}  // namespace
}  // namespace understudy::http
