using System.Diagnostics;
using System.Globalization;

namespace LoraFaaS.Bench.Reports;

/// <summary>
/// The last line of a terminal while a verb runs: a bar where the run's length is known, and the time and the figures so far. Nothing in a file or pipe. What
/// else is written to standard error goes through <see cref="Write"/>, above it.
/// </summary>
internal static class RunningLine
{
    private const int BarWidth = 30;
    private const string Clear = "\r\u001b[K";

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);
    private static readonly Lock Gate = new();
    private static readonly long Began = Stopwatch.GetTimestamp();

    private static ITimer? _timer;
    private static string _verb = "";
    private static TimeSpan? _length;
    private static int _figures;

    public static void Start(string verb, TimeProvider time)
    {
        lock (Gate)
        {
            _verb = verb;
            _timer ??= Console.IsErrorRedirected ? null : time.CreateTimer(_ => Draw(), null, Beat, Beat);
        }
    }

    /// <summary>How long the run takes as a whole, as far as that is known before.</summary>
    public static void Expect(TimeSpan length)
    {
        lock (Gate)
        {
            _length = Stopwatch.GetElapsedTime(Began) + length;
        }
    }

    public static void Count()
    {
        lock (Gate)
        {
            _figures++;
        }
    }

    public static void Write(string line)
    {
        lock (Gate)
        {
            Console.Error.WriteLine(_timer is null ? line : Clear + line);
        }
    }

    public static void Stop()
    {
        lock (Gate)
        {
            if (_timer is null)
            {
                return;
            }

            _timer.Dispose();
            _timer = null;
            Console.Error.Write(Clear);
        }
    }

    /// <summary>For example <c>[########----------------------] 27 %  chaos  03:12  4 figures</c>.</summary>
    internal static string Text(string verb, TimeSpan elapsed, TimeSpan? length, int figures)
    {
        var time = string.Create(CultureInfo.InvariantCulture, $"{(int)elapsed.TotalMinutes:00}:{elapsed.Seconds:00}");
        var rest = string.Create(CultureInfo.InvariantCulture, $"{verb}  {time}  {figures} {(figures == 1 ? "figure" : "figures")}");

        if (length is not { } all)
        {
            return rest;
        }

        var share = Math.Clamp(elapsed / all, 0, 1);
        var filled = (int)(share * BarWidth);
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('#', filled)}{new string('-', BarWidth - filled)}] {share:P0}  {rest}");
    }

    private static void Draw()
    {
        lock (Gate)
        {
            if (_timer is not null)
            {
                Console.Error.Write(Clear + Text(_verb, Stopwatch.GetElapsedTime(Began), _length, _figures));
            }
        }
    }
}
