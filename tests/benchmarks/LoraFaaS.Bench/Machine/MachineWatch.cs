using System.Diagnostics;
using System.Globalization;

namespace LoraFaaS.Bench.Machine;

/// <summary>
/// The watching process: a thread on each processor that runs before everything else of this machine, asks to be woken each millisecond and notes when it was
/// late. Nothing in the machine can keep it waiting but the kernel itself; what does is whoever runs the machine. Now and then it reads a little memory and notes how
/// long that took: a machine that is shared can be slow without standing still. It takes some thousandths of the time and allocates nothing, so that no collector stops it.
/// </summary>
internal static class MachineWatch
{
    public const string Late = "late";
    public const string Glance = "glance";

    private const long Period = 1_000_000;

    /// <summary>Sooner than this the kernel's own interrupts are the reason.</summary>
    private const long LateAfter = 1_000_000;

    /// <summary>Wakings from one glance at memory to the next.</summary>
    private const int BetweenGlances = 20;

    private const int GlanceBytes = 256 << 10;

    /// <summary>More than caches hold, and walked so slowly that nothing is left of it when its turn comes again.</summary>
    private const int WalkedBytes = 128 << 20;

    private const int Most = 200_000;

    /// <summary>Watches until its input ends, then prints whether it ran before all others and a line for each thing noted.</summary>
    public static int Run()
    {
        var stop = new CancellationTokenSource();
        var watches = Enumerable.Range(0, Environment.ProcessorCount).Select(processor => new Watch(processor, stop.Token)).ToArray();
        var threads = Array.ConvertAll(watches, watch => new Thread(watch.Run));
        Array.ForEach(threads, thread => thread.Start());
        Console.In.ReadToEnd();
        stop.Cancel();
        Array.ForEach(threads, thread => thread.Join());

        Console.WriteLine(watches.All(watch => watch.RunsFirst) ? MachineProbe.First : MachineProbe.AmongOthers);
        foreach (var watch in watches)
        {
            watch.Print(Console.Out);
        }

        return 0;
    }

    private sealed class Watch(int processor, CancellationToken stop)
    {
        private readonly Hesitation[] _late = new Hesitation[Most];
        private readonly MemoryGlance[] _glances = new MemoryGlance[Most];
        private readonly ulong[] _walked = new ulong[WalkedBytes / sizeof(ulong)];
        private int _lateCount;
        private int _glanceCount;
        private int _at;
        private ulong _read;

        public bool RunsFirst { get; private set; }

        public void Run()
        {
            Array.Fill(_walked, 1UL);
            Scheduling.Pin(processor);
            RunsFirst = Scheduling.TryRunFirst();

            var due = Stopwatch.GetTimestamp() + Period;
            for (var waking = 1; !stop.IsCancellationRequested && _lateCount < Most && _glanceCount < Most; waking++)
            {
                Scheduling.SleepUntil(due);
                var now = Stopwatch.GetTimestamp();
                if (now - due > LateAfter)
                {
                    _late[_lateCount++] = new Hesitation(processor, due, now);
                }

                if (waking % BetweenGlances == 0)
                {
                    _glances[_glanceCount++] = Look(now);
                }

                due = Math.Max(due + Period, now + (Period / 2));
            }
        }

        public void Print(TextWriter writer)
        {
            foreach (var late in _late.AsSpan(0, _lateCount))
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Late} {late.Processor} {late.From} {late.Until}"));
            }

            foreach (var glance in _glances.AsSpan(0, _glanceCount))
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Glance} {glance.Processor} {glance.At} {glance.Microseconds:0.00}"));
            }
        }

        private MemoryGlance Look(long now)
        {
            _read += Sum(_walked.AsSpan(_at, GlanceBytes / sizeof(ulong)));
            _at = (_at + (GlanceBytes / sizeof(ulong))) % _walked.Length;
            return new MemoryGlance(processor, now, Stopwatch.GetElapsedTime(now).TotalMicroseconds);
        }

        /// <summary>One word of each line.</summary>
        private static ulong Sum(ReadOnlySpan<ulong> words)
        {
            var sum = 0UL;
            for (var i = 0; i < words.Length; i += 8)
            {
                sum += words[i];
            }

            return sum;
        }
    }
}
