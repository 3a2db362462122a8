using LoraFaaS.Engine.Cpu.Threads;

namespace LoraFaaS.Engine.Tests.Threads;

public sealed class ComputePoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_chunk_runs_exactly_once_before_the_run_returns(int threads)
    {
        using var pool = new ComputePool(threads);
        var random = new Random(threads);
        for (var round = 0; round < 5_000; round++)
        {
            var job = new CountingJob(random.Next(0, 40));
            pool.Run(job);
            Assert.All(job.Runs, runs => Assert.Equal(1, runs));
        }
    }

    [Fact]
    public void With_one_thread_in_use_the_caller_runs_all_and_others_are_back_when_they_are_wanted_again()
    {
        using var pool = new ComputePool(4);

        foreach (var used in new[] { 4, 1, 4, 2, 9, 0 })
        {
            pool.Use(used);
            var job = new CountingJob(64);
            pool.Run(job);

            Assert.All(job.Runs, runs => Assert.Equal(1, runs));
            Assert.True(used > 1 || job.Threads.All(thread => thread == 0));
        }
    }

    [Fact]
    public void What_a_chunk_throws_reaches_the_caller_and_the_pool_goes_on()
    {
        using var pool = new ComputePool(3);

        Assert.Throws<AggregateException>(() => pool.Run(new CountingJob(8) { FailsAt = 5 }));
        var next = new CountingJob(8);
        pool.Run(next);
        Assert.All(next.Runs, runs => Assert.Equal(1, runs));
    }

    private sealed class CountingJob : ParallelJob
    {
        public CountingJob(int chunks)
        {
            Chunks = chunks;
            Runs = new int[chunks];
            Threads = new int[chunks];
        }

        public int[] Runs { get; }

        /// <summary>Which thread ran each chunk.</summary>
        public int[] Threads { get; }

        public int FailsAt { get; init; } = -1;

        public override void Run(int chunk, int thread)
        {
            Interlocked.Increment(ref Runs[chunk]);
            Threads[chunk] = thread;
            if (chunk == FailsAt)
            {
                throw new InvalidOperationException("as asked");
            }
        }
    }
}
