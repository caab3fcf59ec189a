#include "replay/survey.hpp"

#include "core/diff/endpoint.hpp"

namespace understudy::replay {

Outcome<Survey> survey_captures(const std::vector<std::filesystem::path>& paths,
                                const capture::KeyRingPtr& keys) {
  auto stream = CaptureStream::open(paths, keys);
  if (!stream) return stream.error();
  Survey survey;
  SessionHistories histories;
  while (const auto exchange = stream->next()) {
    if (survey.exchanges++ == 0) survey.first_start_ns = exchange->start_ns;
    survey.last_start_ns = std::max(survey.last_start_ns, exchange->start_ns);
    const auto endpoint = diff::endpoint_of(exchange->request.head.method, exchange->request.head.target);
    const auto identity = histories.next(*exchange, endpoint);
    if (!exchange->has_response || !exchange->response_whole || exchange->fate != capture::Fate::ok) continue;
    survey.noise.learn(identity, exchange->response, exchange->answered_ns());
  }
  survey.noise.finish_learning();
  survey.captures = stream->captures();
  return survey;
}

}  // namespace understudy::replay
