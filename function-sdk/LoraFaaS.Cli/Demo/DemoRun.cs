using System.Diagnostics;
using System.Globalization;
using System.Text;
using LoraFaaS.Cli.Evaluation;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Demo;

/// <summary>Registers the demo backbone, pushes and deploys the functions of its stack.yml, and calls each once.</summary>
internal sealed class DemoRun(LoraFaaSClient client, string folder, StepLog progress, IAnsiConsole console, TimeProvider time)
{
    private const string BackboneName = "lory-5m";
    private static readonly TimeSpan WarmLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    public async Task DeployAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var backbone = await client.Backbones.RegisterAsync(
            new BackboneRegistration { Name = BackboneName, Path = Path.Combine(folder, "backbone") }, cancellationToken);
        progress.Done("backbone", string.Create(CultureInfo.InvariantCulture, $"{backbone.Name}, {backbone.Parameters / 1e6:0.0} M parameters"), time.GetElapsedTime(started));

        var stack = StackReader.ReadFile(Path.Combine(folder, "stack.yml"), Environment.GetEnvironmentVariable);
        var deployer = new StackDeployer(client, progress, time);

        foreach (var function in stack.Functions)
        {
            await deployer.DeployAsync(function, cancellationToken);
        }
    }

    /// <summary>Waits until the platform has warmed what was deployed, as it does by itself for every function that wants a replica.</summary>
    public async Task WaitUntilWarmAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var limit = new CancellationTokenSource(WarmLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);

        try
        {
            while ((await client.Functions.ListAsync(cancellationToken: linked.Token)).Any(function => function is { Replicas: > 0, AvailableReplicas: 0 }))
            {
                await Task.Delay(Glance, time, linked.Token);
            }

            progress.Done("warm", "every function is in place", time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The calls below activate what is still cold; only the first will be slower.
            progress.Warn($"not every function was warm within {WarmLimit.TotalSeconds:0} s");
        }
    }

    /// <summary>Calls every function of the stack once with the first case of its evaluation file.</summary>
    public async Task<IReadOnlyList<DemoCall>> CallEachAsync(CancellationToken cancellationToken)
    {
        var stack = StackReader.ReadFile(Path.Combine(folder, "stack.yml"), Environment.GetEnvironmentVariable);
        var calls = new List<DemoCall>();

        foreach (var function in stack.Functions)
        {
            var name = function.Deployment.Service!;
            calls.Add(await CallAsync(name, FirstCase(name), cancellationToken));
        }

        return calls;
    }

    public void Print(IReadOnlyList<DemoCall> calls)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("function", "prompt", "answer");
        table.AddColumn(new TableColumn("TTFT").RightAligned());
        table.AddColumn(new TableColumn("tokens/s").RightAligned());

        foreach (var call in calls)
        {
            var answer = call.Matches ? Markup.Escape(call.Answer) : $"[red]{Markup.Escape(call.Answer)}[/] [grey](expected {Markup.Escape(call.Expected)})[/]";
            table.AddRow(
                Markup.Escape(call.Function),
                Markup.Escape(call.Prompt),
                answer,
                string.Create(CultureInfo.InvariantCulture, $"{call.TtftMs:0.0} ms"),
                string.Create(CultureInfo.InvariantCulture, $"{call.TokensPerSecond:0}"));
        }

        console.Write(table);
    }

    private async Task<DemoCall> CallAsync(string name, EvalCase first, CancellationToken cancellationToken)
    {
        _ = FunctionId.TryParse(name, out var id);
        var answer = new StringBuilder();
        var started = time.GetTimestamp();
        TimeSpan? firstToken = null;
        var (tokens, pieces) = (0, 0);

        await foreach (var item in client.Invocations.StreamAsync(id, first.Prompt, cancellationToken))
        {
            switch (item)
            {
                case InvocationEvent.Text text:
                    firstToken ??= time.GetElapsedTime(started);
                    pieces++;
                    answer.Append(text.Value);
                    break;
                case InvocationEvent.Done done:
                    tokens = done.CompletionTokens;
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        var total = time.GetElapsedTime(started);
        var ttft = firstToken ?? total;

        // An answer in one piece shows nothing between its first token and its last: there the rate is that of the whole call.
        var rate = pieces > 1 ? (tokens - 1) / (total - ttft).TotalSeconds : tokens / total.TotalSeconds;
        var said = answer.ToString();
        return new DemoCall(name, first.Prompt, first.Expected ?? "", said, ttft.TotalMilliseconds, rate, EvalScore.IsRight(first, said, ignoreCase: false));
    }

    private EvalCase FirstCase(string function)
    {
        var path = Path.Combine(folder, "eval", function + ".jsonl");
        return EvalFile.Read(path, most: 1)[0];
    }
}
