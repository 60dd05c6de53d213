// SPDX-License-Identifier: GPL-2.0-or-later
//
// The helper thread: the only place that may wait for a disk or a name server.
// Recovery needs nothing of it, and it may hang for as long as it likes. Jobs
// run one after the other.
#ifndef ISCSID_IO_WORKER_H_
#define ISCSID_IO_WORKER_H_

#include <pthread.h>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/ports/clock.h"
#include "daemon/result.h"

namespace iscsid {

class Worker {
 public:
  explicit Worker(asio::any_io_executor loop);
  // Starts the thread. Jobs given before wait for it.
  Status Start();
  // Joins the thread unless it hangs in a job; then it is left behind, to end
  // with the process.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // The job's value, or nothing when the deadline or Close() came first. The
  // job then still runs or will run: it must own all it uses.
  template <typename T>
  asio::awaitable<std::optional<T>> Run(std::function<T()> job,
                                        TimePoint deadline) {
    auto call = std::make_shared<Call<T>>(loop_, deadline);
    const auto registered = Register([call] { call->done.cancel(); });
    // The thread holds nothing of the loop's: it may outlive it.
    Post([shared = shared_, loop = loop_, waiter = std::weak_ptr(call),
          job = std::move(job)] {
      auto value = std::make_shared<T>(job());
      shared->PostToLoop(loop, [waiter, value] {
        const auto waiting = waiter.lock();
        if (!waiting) return;
        waiting->value = std::move(*value);
        waiting->done.cancel();
      });
    });
    if (!closed_) {
      asio::error_code woken;
      co_await call->done.async_wait(
          asio::redirect_error(asio::use_awaitable, woken));
    }
    co_return std::move(call->value);
  }

  // Everybody who waits stops waiting.
  void Close();

 private:
  template <typename T>
  struct Call {
    Call(const asio::any_io_executor& loop, TimePoint deadline)
        : done(loop, deadline) {}
    asio::steady_timer done;
    std::optional<T> value;
  };

  // What the thread may outlive the Worker with.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;  // guarded by mutex
    bool busy = false;                       // guarded by mutex
    bool stop = false;                       // guarded by mutex

    void PostToLoop(const asio::any_io_executor& loop,
                    std::function<void()> what);
  };

  static void* Main(void* argument);
  void Post(std::function<void()> job);
  // Calls `wake` at Close(); dropping what is returned forgets it.
  std::shared_ptr<void> Register(std::function<void()> wake);

  asio::any_io_executor loop_;
  std::shared_ptr<Shared> shared_;
  std::vector<std::weak_ptr<std::function<void()>>> waiting_;
  bool closed_ = false;
  std::optional<pthread_t> thread_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_WORKER_H_
