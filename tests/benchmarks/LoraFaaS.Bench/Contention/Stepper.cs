using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Sandbox.Turns;

namespace LoraFaaS.Bench.Contention;

/// <summary>A process that takes turns like a sandbox and does nothing in them but pass the time. Prints when each of its steps began and ended.</summary>
internal static class Stepper
{
    public static async Task<int> RunAsync(int owner, int grant, int word, int count, int stepMicroseconds)
    {
        var place = new TurnPlace(ForeignPage.Open(owner, grant, writes: false), ForeignPage.Open(owner, word, writes: true));
        using var turns = new TurnTaker(() => { });
        Console.WriteLine("mapped");
        await Console.In.ReadLineAsync();
        turns.Join(place);
        var showing = Task.Run(() => ShowAll(owner, place));
        var spans = new (long Begun, long Ended)[count];
        var length = stepMicroseconds * Stopwatch.Frequency / 1_000_000;

        for (var i = 0; i < count; i++)
        {
            while (!turns.TryTake())
            {
            }

            var begun = Stopwatch.GetTimestamp();

            while (Stopwatch.GetTimestamp() < begun + length)
            {
            }

            spans[i] = (begun, Stopwatch.GetTimestamp());
            turns.StepDone();
        }

        turns.Rest();

        foreach (var (begun, ended) in spans)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{begun} {ended}"));
        }

        Console.WriteLine("done");
        await showing;
        return 0;
    }

    /// <summary>What the arbiter shows, as lines: the slot and the parent's descriptor.</summary>
    private static void ShowAll(int owner, TurnPlace place)
    {
        while (Console.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            place.Show(int.Parse(words[0], CultureInfo.InvariantCulture), ForeignPage.Open(owner, int.Parse(words[1], CultureInfo.InvariantCulture), writes: false));
        }
    }
}
