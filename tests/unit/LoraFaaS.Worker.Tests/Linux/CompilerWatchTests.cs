using System.Globalization;
using LoraFaaS.Linux.Processes;

namespace LoraFaaS.Worker.Tests.Linux;

public sealed class CompilerWatchTests
{
    private const int Nice = 7;

    [Fact]
    public void A_compiling_thread_gives_way_and_no_other_does()
    {
        using var compiler = new NamedThread(CompilerWatch.ThreadName);
        using var other = new NamedThread("not the compiler");
        var before = ThreadNice.Of(other.Id);

        // The runtime's own may be there too.
        Assert.InRange(new CompilerWatch(Nice).Look(), 1, int.MaxValue);

        Assert.InRange(ThreadNice.Of(compiler.Id), Nice, 19);
        Assert.Equal(before, ThreadNice.Of(other.Id));
    }

    [Fact]
    public void Nothing_is_looked_for_while_nothing_was_compiled()
    {
        using var compiler = new NamedThread(CompilerWatch.ThreadName);
        var compiled = 0L;
        var watch = new CompilerWatch(Nice, () => compiled);

        Assert.Equal(0, watch.Look());

        compiled++;
        Assert.InRange(watch.Look(), 1, int.MaxValue);
        Assert.Equal(0, watch.Look());
    }

    [Fact]
    public void A_compiler_with_much_to_do_is_left_alone()
    {
        using var compiler = new NamedThread(CompilerWatch.ThreadName);
        var compiled = 100L;
        var watch = new CompilerWatch(Nice, () => compiled, most: 10);

        Assert.Equal(0, watch.Look());

        compiled += 11;
        Assert.Equal(0, watch.Look());

        compiled += 10;
        Assert.InRange(watch.Look(), 1, int.MaxValue);
    }

    [Fact]
    public void A_compiler_with_much_to_do_goes_before_others_where_the_kernel_lets_it()
    {
        using var compiler = new NamedThread(CompilerWatch.ThreadName);
        var compiled = 100L;
        var watch = new CompilerWatch(Nice, () => compiled, most: 10, busyNice: -5);

        watch.Look();
        Assert.InRange(ThreadNice.Of(compiler.Id), -20, ThreadNice.TryLower(compiler.Id, -5) ? -5 : 0);

        compiled += 1;
        Assert.InRange(watch.Look(), 1, int.MaxValue);
        Assert.InRange(ThreadNice.Of(compiler.Id), Nice, 19);
    }

    [Fact]
    public void A_thread_that_gives_way_further_already_keeps_its_value()
    {
        using var thread = new NamedThread("gives way");

        Assert.True(ThreadNice.TryRaise(thread.Id, 12));
        Assert.True(ThreadNice.TryRaise(thread.Id, 3));

        Assert.InRange(ThreadNice.Of(thread.Id), 12, 19);
    }

    [Fact]
    public void Who_wakes_beside_a_compiler_that_gives_way_waits_for_a_short_slice_of_it()
    {
        using var compiler = new NamedThread(CompilerWatch.ThreadName);
        var usual = ThreadSlice.Of(compiler.Id);
        Assert.SkipWhen(usual is null, "This kernel does not say how long a thread runs on end (Linux 6.12).");

        new CompilerWatch(Nice).Look();

        Assert.Equal(TimeSpan.FromMicroseconds(200), ThreadSlice.Of(compiler.Id));
        Assert.InRange(ThreadNice.Of(compiler.Id), Nice, 19);
    }

    [Fact]
    public void A_thread_that_is_gone_has_no_slice()
    {
        Assert.False(ThreadSlice.TrySet(int.MaxValue, ThreadSlice.Least));
        Assert.Null(ThreadSlice.Of(int.MaxValue));
    }

    [Fact]
    public void A_thread_keeps_to_the_processor_that_it_is_given()
    {
        using var thread = new NamedThread("keeps to one");
        var processor = ThreadProcessors.Allowed()[^1];

        Assert.Contains(thread.Id, NamedThreads.Find("keeps to one"));
        Assert.True(ThreadProcessors.TryKeep(thread.Id, processor));
        Assert.Contains($"Cpus_allowed_list:\t{processor}\n", File.ReadAllText($"/proc/self/task/{thread.Id}/status"), StringComparison.Ordinal);
        Assert.False(ThreadProcessors.TryKeep(int.MaxValue, processor));
    }

    [Fact]
    public void A_thread_goes_before_others_where_the_kernel_lets_it()
    {
        using var thread = new NamedThread("goes first");
        var before = ThreadNice.Of(thread.Id);

        Assert.Equal(ThreadNice.TryLower(thread.Id, -5) ? Math.Min(-5, before) : before, ThreadNice.Of(thread.Id));
        Assert.False(ThreadNice.TryLower(int.MaxValue, -5));
    }

    [Fact]
    public void A_thread_that_is_gone_is_none() => Assert.False(ThreadNice.TryRaise(int.MaxValue, Nice));

    private sealed class NamedThread : IDisposable
    {
        private readonly ManualResetEventSlim _named = new();
        private readonly ManualResetEventSlim _ends = new();
        private readonly Thread _thread;

        public NamedThread(string name)
        {
            _thread = new Thread(Wait) { Name = name, IsBackground = true };
            _thread.Start();
            _named.Wait();
        }

        public int Id { get; private set; }

        public void Dispose()
        {
            _ends.Set();
            _thread.Join();
            _named.Dispose();
            _ends.Dispose();
        }

        private void Wait()
        {
            Id = int.Parse(Path.GetFileName(new FileInfo("/proc/thread-self").LinkTarget!), CultureInfo.InvariantCulture);
            _named.Set();
            _ends.Wait();
        }
    }
}
