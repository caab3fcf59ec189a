#include "proxy/downstream/answer.hpp"

namespace understudy::proxy {

net::Task<After> answer_locally(ExchangeState& x, LocalReply kind, LocalAnswer answer) {
  if (x.plane.abandoned) co_return After::close;
  answer.date = x.plane.date.now();
  answer.request_id = x.ids.request_id();
  answer.head_request = x.facts.head;
  answer.close = answer.close || !x.facts.keep_alive || !x.upload_complete() || x.closing();
  x.down_out.clear();
  append_local_answer(x.down_out, answer);
  x.plane.counters.count(kind);
  x.plane.counters.count_response(answer.status);
  x.account.local_reply = kind;
  x.account.status = static_cast<std::uint16_t>(answer.status);
  x.deadline.arm(x.plane.options.timeouts.body_idle);
  const auto sent = co_await x.client.stream.write(x.down_out);
  x.deadline.disarm();
  if (!sent) co_return After::close;
  x.sent_down(x.down_out.size());
  co_return answer.close ? After::linger : After::keep_alive;
}

}  // namespace understudy::proxy
