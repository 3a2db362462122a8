using System.Diagnostics;

namespace LoraFaaS.Attacks.Resources;

/// <summary>Spins on many threads for a while. It may: the processors are shared by group, so that it takes its share and no more.</summary>
public sealed class StarveProcessors : Attack
{
    private const int Threads = 64;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        var begun = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() => Spin(begun), 64 << 10)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        attempts.Refuse($"spun on {Threads} threads for {Time}");
    }

    private static void Spin(long begun)
    {
        while (Stopwatch.GetElapsedTime(begun) < Time)
        {
            Thread.SpinWait(1_000);
        }
    }
}
