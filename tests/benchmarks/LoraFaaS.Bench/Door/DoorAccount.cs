using LoraFaaS.Bench.Machine;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Door;

/// <summary>Where the time of one client's call goes inside the gateway, beside the same of a bare forwarder: step by step, from the system calls of both.</summary>
internal sealed class DoorAccount(DoorWorld world, ReportWriter report, double seconds)
{
    /// <summary>Of calls that a figure is made of; the rest met something else on the machine.</summary>
    private const double Middle = 0.5;

    public async Task MeasureAsync()
    {
        if (!SystemCallTrace.IsPossible)
        {
            await Console.Error.WriteLineAsync("account: left out; it needs the kernel's trace (root, tracefs, x86-64).");
            return;
        }

        var forwarder = await StepsAsync(world.ForwarderUrl);
        var gateway = await StepsAsync(world.GatewayUrl);
        Add("awake until the request is received", step => step.Reading);
        Add("from there until it is sent on", step => step.Asking);
        Add("sending it on", step => step.Sending);
        Add("awake until the answer is received", step => step.ReadingAnswer);
        Add("from there until it is sent", step => step.Answering);
        Add("sending it", step => step.SendingAnswer);
        Add("all of these, which the caller waits for", step => step.Reading + step.Asking + step.Sending + step.ReadingAnswer + step.Answering + step.SendingAnswer);
        Add("asleep, or done beside it, until the answer wakes it", step => step.Worker);
        Add("done beside it, after sending on", step => step.AfterAsking);
        Add("done after the answer was sent", step => step.AfterAnswering);

        void Add(string name, Func<CallSteps, double> of) =>
            report.Add(BenchRow.Cost($"inside the gateway, 1 client: {name}", MiddleMean(gateway, of), "µs", MiddleMean(forwarder, of), "a bare forwarder"));
    }

    private async Task<IReadOnlyList<CallSteps>> StepsAsync(string url)
    {
        // The load warms its own process and its connection before the stretch that is traced; in between the door has all the threads that it will have.
        var load = world.LoadAsync(url, clients: 1, 2 * seconds);
        await Task.Delay(TimeSpan.FromSeconds(seconds + 1), TimeProvider.System);
        using var trace = SystemCallTrace.Begin(world.ProcessOf(url));
        await Task.Delay(TimeSpan.FromSeconds(Math.Min(1, seconds / 2)), TimeProvider.System);
        var events = trace.End();
        await load;
        var steps = CallSteps.Of(events);
        await Console.Error.WriteLineAsync($"account: {steps.Count} calls of {events.Count} events by {url}");
        return steps;
    }

    /// <summary>The trace counts whole microseconds, so that a mean says more than a median; of the middle half, in which nothing else happened.</summary>
    private static double MiddleMean(IReadOnlyList<CallSteps> steps, Func<CallSteps, double> of)
    {
        var sorted = steps.Select(of).Order().ToArray();
        var left = (int)(sorted.Length * (1 - Middle) / 2);
        return sorted.Skip(left).Take(sorted.Length - (2 * left)).DefaultIfEmpty(double.NaN).Average();
    }
}
