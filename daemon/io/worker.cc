// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/worker.h"

#include "daemon/io/thread.h"

namespace iscsid {
Worker::Worker(asio::any_io_executor loop)
    : loop_(std::move(loop)), shared_(std::make_shared<Shared>()) {}

Status Worker::Start() {
  auto argument = std::make_unique<std::shared_ptr<Shared>>(shared_);
  const Result<pthread_t> thread = StartThread(Main, argument.get());
  if (!thread) return thread.error();
  argument.release();
  thread_ = *thread;
  return {};
}

Worker::~Worker() {
  Close();
  bool busy;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stop = true;
    shared_->jobs.clear();
    busy = shared_->busy;
  }
  shared_->changed.notify_one();
  if (!thread_) return;
  if (busy) {
    pthread_detach(*thread_);
  } else {
    pthread_join(*thread_, nullptr);
  }
}

void* Worker::Main(void* argument) {
  const std::unique_ptr<std::shared_ptr<Shared>> owned(
      static_cast<std::shared_ptr<Shared>*>(argument));
  Shared& shared = **owned;
  std::unique_lock lock(shared.mutex);
  while (!shared.stop) {
    if (shared.jobs.empty()) {
      shared.changed.wait(lock);
      continue;
    }
    std::function<void()> job = std::move(shared.jobs.front());
    shared.jobs.pop_front();
    shared.busy = true;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    shared.busy = false;
  }
  return nullptr;
}

// Under the lock, so that the loop is still there.
void Worker::Shared::PostToLoop(const asio::any_io_executor& loop,
                                std::function<void()> what) {
  const std::lock_guard lock(mutex);
  if (!stop) asio::post(loop, std::move(what));
}

void Worker::Post(std::function<void()> job) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->jobs.push_back(std::move(job));
  }
  shared_->changed.notify_one();
}

std::shared_ptr<void> Worker::Register(std::function<void()> wake) {
  std::erase_if(waiting_, [](const auto& entry) { return entry.expired(); });
  auto entry = std::make_shared<std::function<void()>>(std::move(wake));
  waiting_.push_back(entry);
  return entry;
}

void Worker::Close() {
  closed_ = true;
  for (const auto& entry : waiting_) {
    if (const auto wake = entry.lock()) (*wake)();
  }
  waiting_.clear();
}

}  // namespace iscsid
