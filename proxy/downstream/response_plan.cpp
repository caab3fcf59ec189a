#include "proxy/downstream/response_plan.hpp"

namespace understudy::proxy {

ResponsePlan plan_response(const RequestFacts& request, const PlanInput& input) noexcept {
  using Kind = http::BodyFraming::Kind;
  ResponsePlan plan;
  plan.framing = input.origin_framing;
  const bool unknown_length = plan.framing.kind == Kind::chunked || plan.framing.kind == Kind::until_close;
  if (unknown_length)
    plan.framing = request.http_1_0 ? http::BodyFraming::until_close() : http::BodyFraming::chunked();
  plan.close = !request.keep_alive || !input.upload_complete || input.draining ||
               plan.framing.kind == Kind::until_close;
  plan.keep_alive_1_0 = request.http_1_0 && !plan.close;
  return plan;
}

}  // namespace understudy::proxy
