#include "proxy/downstream/turn_away.hpp"

#include "core/net/socket_calls.hpp"
#include "proxy/downstream/local_reply.hpp"

#include <array>
#include <string>

namespace understudy::proxy {
namespace {

constexpr std::size_t kReadBytesMax = 64 * 1024;

}  // namespace

void turn_away(const net::Stream& stream, PlaneContext& plane, bool speak) {
  const int descriptor = stream.descriptor();
  std::array<char, 4096> dropped;
  for (std::size_t read = 0; read < kReadBytesMax;) {
    const auto got = net::receive_now(descriptor, dropped);
    if (got <= 0) break;
    read += static_cast<std::size_t>(got);
  }
  plane.counters.count(LocalReply::overloaded);
  if (!speak) return;
  LocalAnswer answer;
  answer.status = 503;
  answer.text = "Too many connections";
  answer.date = plane.date.now();
  answer.retry_after_seconds = 1;
  std::string bytes;
  append_local_answer(bytes, answer);
  const auto sent = net::send_now(descriptor, bytes);
  if (sent == static_cast<ssize_t>(bytes.size())) plane.counters.count_response(503);
}

}  // namespace understudy::proxy
