using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Threads;

namespace LoraFaaS.Engine.Tests.Threads;

/// <summary>Each test on a thread of its own: what it leaves is nobody's.</summary>
public sealed class ProcessorPlacesTests
{
    [Fact]
    public void Threads_of_a_settled_pool_keep_to_processors_of_their_own_while_all_are_used() => OnOneThread(() =>
    {
        var all = Allowed();
        using var pool = new ComputePool(all.Count);
        pool.Settle();
        var job = new WhereJob(all.Count);

        for (var round = 0; round < 1_000; round++)
        {
            pool.Run(job);
        }

        var places = job.Seen.Where(seen => seen is not null).Select(seen => seen!).ToList();
        Assert.All(places, place => Assert.Equal(all.Count > 1 ? 1 : all.Count, place.Count));
        Assert.Equal(places.Count, places.SelectMany(place => place).Distinct().Count());
        Assert.Equal(all[^1], Allowed()[^1]);

        pool.Use(1);
        Assert.Equal(all, Allowed());
    });

    [Fact]
    public void A_pool_that_nobody_has_settled_changes_no_thread() => OnOneThread(() =>
    {
        var all = Allowed();
        using var pool = new ComputePool(all.Count);
        pool.Use(all.Count);
        pool.Run(new WhereJob(all.Count));

        Assert.Equal(all, Allowed());
    });

    [Fact]
    public void There_are_places_only_where_there_is_one_for_each_thread() => OnOneThread(() =>
    {
        var count = Allowed().Count;

        Assert.Null(ProcessorPlaces.For(1));
        Assert.Null(ProcessorPlaces.For(count + 1));
        Assert.Equal(count > 1, ProcessorPlaces.For(count) is not null);
    });

    private static void OnOneThread(Action test)
    {
        Exception? failure = null;

        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
        });

        thread.Start();
        thread.Join();

        if (failure is not null)
        {
            throw new AggregateException(failure);
        }
    }

    /// <summary>The processors that the calling thread may run on, in order.</summary>
    private static unsafe List<int> Allowed()
    {
        var mask = stackalloc ulong[16];
        Assert.Equal(0, LibC.sched_getaffinity(0, 16 * sizeof(ulong), mask));
        var processors = new List<int>();

        for (var processor = 0; processor < 16 * 64; processor++)
        {
            if ((mask[processor / 64] >> (processor % 64) & 1) != 0)
            {
                processors.Add(processor);
            }
        }

        return processors;
    }

    /// <summary>Notes where each thread that took a chunk may run.</summary>
    private sealed class WhereJob : ParallelJob
    {
        public WhereJob(int threads)
        {
            Chunks = 4 * threads;
            Seen = new List<int>?[threads];
        }

        public List<int>?[] Seen { get; }

        public override void Run(int chunk, int thread) => Seen[thread] ??= Allowed();
    }
}
