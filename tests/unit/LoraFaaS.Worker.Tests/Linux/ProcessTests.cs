using System.Diagnostics;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Processes;

namespace LoraFaaS.Worker.Tests.Linux;

public sealed class ProcessTests
{
    [Fact]
    public async Task A_killed_process_is_gone_and_further_signals_say_so()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", "600"))!;

        Assert.True(ProcessControl.Send(process.Id, Signal.Kill));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.False(ProcessControl.Send(process.Id, Signal.Probe));
    }

    [Fact]
    public void Touched_private_memory_shows_as_private_dirty()
    {
        var before = ProcessMemory.Read(Environment.ProcessId);
        using var memory = MappedMemory.Anonymous(64 << 20);
        memory.Span(0, 64 << 20).Fill(1);

        var after = ProcessMemory.Read(Environment.ProcessId);

        Assert.InRange(after.PrivateDirty - before.PrivateDirty, 48 << 20, long.MaxValue);
    }

    [Fact]
    public void The_rollup_is_read_in_bytes()
    {
        var memory = ProcessMemory.Parse(
        [
            "5581c0a00000-7ffd1a5fe000 ---p 00000000 00:00 0                          [rollup]",
            "Rss:                1024 kB", "Pss:                 512 kB", "Pss_Dirty:            12 kB", "Pss_File:            300 kB", "Shared_Clean:        100 kB",
            "Shared_Dirty:          0 kB", "Private_Clean:         4 kB", "Private_Dirty:        20 kB", "Locked:                0 kB",
        ]);

        Assert.Equal(512 * 1024, memory.Pss);
        Assert.Equal(300 * 1024, memory.PssFile);
        Assert.Equal(24 * 1024, memory.Private);
    }

    [Fact]
    public void Processor_time_is_read_behind_a_name_that_may_hold_anything()
    {
        Assert.Equal(TimeSpan.FromSeconds(1.5), ProcessTimes.Parse("7 (a) b (c) S 1 7 7 0 -1 4194304 1 0 0 0 100 50 0 0 20 0 1 0"));
        Assert.Null(ProcessTimes.Parse("7 (a"));
        Assert.NotNull(ProcessTimes.OfProcess(Environment.ProcessId));
        Assert.Null(ProcessTimes.OfProcess(int.MaxValue));
    }
}
