// The promise of the parsers that a kept-alive connection costs no allocation per message, counted.
#include "core/http/forward.hpp"
#include "core/http/parser.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace understudy::http {
namespace {

TEST(AllocationTest, KeptAliveConnectionParsesAndForwardsWithoutAllocating) {
  const std::string request =
      "POST /api/orders HTTP/1.1\r\nHost: shop.example.com\r\nContent-Type: application/json\r\n"
      "X-Forwarded-For: 192.0.2.7\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  const std::string response =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: a-server\r\nContent-Length: "
      "5\r\n\r\nhello";
  RequestParser requests{Limits{}};
  ResponseParser responses(response_limits());
  std::string out;
  std::size_t bad = 0;
  const auto exchange = [&] {
    out.clear();
    requests.reset();
    const auto head = requests.parse_head(request);
    bad += head && head->complete ? 0 : 1;
    const auto body = requests.parse_body(std::string_view(request).substr(head->consumed));
    bad += body && body->complete ? 0 : 1;
    append_forwarded_head(out, requests.head(), requests.framing(), {.client_address = "192.0.2.8"});
    responses.reset("POST");
    const auto answer = responses.parse_head(response);
    bad += answer && answer->complete ? 0 : 1;
    append_forwarded_head(out, responses.head(), responses.framing(), ForwardResponse{});
  };
  exchange();
  const auto before = allocations.load();
  for (int i = 0; i < 100; ++i) exchange();
  EXPECT_EQ(allocations.load() - before, 0u);
  EXPECT_EQ(bad, 0u);
}

}  // namespace
}  // namespace understudy::http
