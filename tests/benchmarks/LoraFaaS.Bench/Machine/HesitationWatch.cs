using System.Diagnostics;
using System.Globalization;

namespace LoraFaaS.Bench.Machine;

/// <summary>
/// The watching process: a thread on each processor that runs before everything else of this machine, asks to be woken each millisecond and notes when it
/// was late. Nothing in the machine can keep it waiting but the kernel itself; what does is whoever runs the machine. It takes some four millionths of a second
/// each time and allocates nothing, so that no collector stops it either.
/// </summary>
internal static class HesitationWatch
{
    private const long Period = 1_000_000;

    /// <summary>Sooner than this the kernel's own interrupts are the reason.</summary>
    private const long Late = 1_000_000;

    private const int Most = 200_000;

    /// <summary>Watches until its input ends, then prints a line for each hesitation.</summary>
    public static int Run()
    {
        var stop = new StrongBox();
        var watches = Enumerable.Range(0, Environment.ProcessorCount).Select(processor => new Watch(processor, stop)).ToArray();
        var threads = Array.ConvertAll(watches, watch => new Thread(watch.Run));
        Array.ForEach(threads, thread => thread.Start());
        Console.In.ReadToEnd();
        stop.IsSet = true;
        Array.ForEach(threads, thread => thread.Join());

        Console.WriteLine(watches.All(watch => watch.RunsFirst) ? HesitationProbe.First : HesitationProbe.AmongOthers);
        foreach (var watch in watches)
        {
            foreach (var late in watch.Taken)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{late.Processor} {late.From} {late.Until}"));
            }
        }

        return 0;
    }

    private sealed class StrongBox
    {
        public volatile bool IsSet;
    }

    private sealed class Watch(int processor, StrongBox stop)
    {
        private readonly Hesitation[] _late = new Hesitation[Most];
        private int _count;

        public bool RunsFirst { get; private set; }

        public IEnumerable<Hesitation> Taken => _late.Take(_count);

        public void Run()
        {
            Scheduling.Pin(processor);
            RunsFirst = Scheduling.TryRunFirst();

            var due = Stopwatch.GetTimestamp() + Period;
            while (!stop.IsSet && _count < Most)
            {
                Scheduling.SleepUntil(due);
                var now = Stopwatch.GetTimestamp();
                if (now - due > Late)
                {
                    _late[_count++] = new Hesitation(processor, due, now);
                }

                due = Math.Max(due + Period, now + (Period / 2));
            }
        }
    }
}
