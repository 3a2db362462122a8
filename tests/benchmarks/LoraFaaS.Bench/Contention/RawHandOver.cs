using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Synchronization;
using LoraFaaS.TestKit.Processes;

namespace LoraFaaS.Bench.Contention;

/// <summary>What the machine takes to hand one word to and fro between two processes, without anything around it: the ceiling of every hand-over.</summary>
internal static class RawHandOver
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Microseconds one way, the median of many.</summary>
    public static async Task<double> MeasureAsync(bool parks, int count)
    {
        using var page = SharedPage.Create("bench-raw");
        var child = ChildProcess.StartDotnet(typeof(RawHandOver).Assembly.Location,
        [
            "partner", "--owner", Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            "--word", ForeignPage.Number(page.Descriptor).ToString(CultureInfo.InvariantCulture),
            "--count", count.ToString(CultureInfo.InvariantCulture), "--parks", parks ? "true" : "false",
        ]);
        await using var partner = child;
        await child.WaitForLineAsync(line => line == "mapped");
        var rounds = new double[count];

        for (var i = 0; i < count; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            Pass(page, (uint)((2 * i) + 1), parks);
            Await(page, (uint)((2 * i) + 2), parks);
            rounds[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds / 2;
        }

        await child.Exited;
        return Reports.Interleaved.Median(rounds.Skip(count / 10));
    }

    public static int Answer(int owner, int word, int count, bool parks)
    {
        using var page = ForeignPage.Open(owner, word, writes: true);
        Console.WriteLine("mapped");

        for (var i = 0; i < count; i++)
        {
            Await(page, (uint)((2 * i) + 1), parks);
            Pass(page, (uint)((2 * i) + 2), parks);
        }

        return 0;
    }

    private static void Pass(SharedPage page, uint value, bool parks)
    {
        page.Write(0, value);

        if (parks)
        {
            Futex.Wake(page, 0);
        }
    }

    private static void Await(SharedPage page, uint value, bool parks)
    {
        while (page.Read(0) is var seen && seen != value)
        {
            if (parks)
            {
                Futex.Wait(new FutexWord(page, 0, seen), Limit);
            }
        }
    }
}
