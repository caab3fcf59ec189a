#include "stub/answering.hpp"

#include <boost/asio/this_coro.hpp>

namespace understudy::stub {
namespace {

http::Response unknown_request(const ResponseBook& book, const http::Request& request) {
  http::Response response;
  response.head.status = 501;
  response.head.reason = "Not Implemented";
  response.head.fields.add("Content-Type", "text/plain; charset=utf-8");
  response.head.fields.add("Cache-Control", "no-store");
  response.body = book.explain_unknown(request) + "\n";
  return response;
}

net::Task<http::Response> answer(const ResponseBook& book, Delay delay, const http::Request& request) {
  const auto* recorded = book.find(request);
  if (recorded == nullptr) co_return unknown_request(book, request);
  if (delay == Delay::recorded && recorded->delay.count() > 0) {
    net::Timer timer(co_await net::asio::this_coro::executor);
    timer.expires_after(recorded->delay);
    co_await timer.async_wait(net::use_task);
  }
  http::Response response;
  response.head = recorded->head;
  response.body = *recorded->body;
  co_return response;
}

}  // namespace

net::Handler make_handler(std::shared_ptr<const ResponseBook> book, Delay delay) {
  return
      [book = std::move(book), delay](const http::Request& request) { return answer(*book, delay, request); };
}

}  // namespace understudy::stub
