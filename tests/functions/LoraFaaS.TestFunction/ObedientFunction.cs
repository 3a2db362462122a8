using System.Globalization;
using System.Text;
using LoraFaaS.Functions;

namespace LoraFaaS.TestFunction;

/// <summary>Does what its path says, the good and the bad, so that one package serves every test of a handler.</summary>
public sealed class ObedientFunction : ILoraFunction
{
    private static readonly TaskCompletionSource Released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private static int _running;

    public Task InvokeAsync(FunctionContext context, CancellationToken cancellationToken) => context.Request.Path switch
    {
        "/echo" => EchoAsync(context, cancellationToken),
        "/headers" => HeadersAsync(context, cancellationToken),
        "/conversation" => context.Response.WriteAsync(string.Join('|', context.Request.Conversation.Select(turn => $"{turn.Role}:{turn.Content}")), cancellationToken),
        "/upper" or "" => UpperAsync(context, cancellationToken),
        "/twice" => TwiceAsync(context, cancellationToken),
        "/many" => ManyAsync(context, cancellationToken),
        "/leave" => LeaveAsync(context, cancellationToken),
        "/secret" => context.Response.WriteAsync(context.Secrets.GetText("token"), cancellationToken),
        "/environment" => context.Response.WriteAsync(Environment.GetEnvironmentVariable(context.Request.ReadText()) ?? "none", cancellationToken),
        "/status" => StatusAsync(context, cancellationToken),
        "/nothing" => Task.CompletedTask,
        "/log" => LogAsync(context, cancellationToken),
        "/flood-log" => FloodLogAsync(context, cancellationToken),
        "/big" => BigAsync(context, cancellationToken),
        "/throw" => throw new InvalidOperationException("as it was told to"),
        "/throw-late" => ThrowLateAsync(context, cancellationToken),
        "/crash" => Task.Run(() => Environment.FailFast("as it was told to"), CancellationToken.None),
        "/exit" => Task.Run(() => Environment.Exit(7), CancellationToken.None),
        "/spin" => Task.Run(Spin, CancellationToken.None),
        "/wait" => WaitAsync(context, cancellationToken),
        "/hold" => HoldAsync(context, cancellationToken),
        "/running" => context.Response.WriteAsync(Volatile.Read(ref _running).ToString(CultureInfo.InvariantCulture), cancellationToken),
        "/release" => ReleaseAsync(context, cancellationToken),
        "/memory" => MemoryAsync(context, cancellationToken),
        _ => throw new ArgumentException($"no such order: {context.Request.Path}"),
    };

    private static async Task EchoAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        context.Response.ContentType = context.Request.ContentType ?? "application/octet-stream";
        context.Response.Headers["X-Method"] = context.Request.Method;
        context.Response.Headers["X-Query"] = context.Request.Query;
        context.Response.Headers["X-Lorafaas-Worker"] = "forged";
        context.Response.Headers["Content-Length"] = "1";
        await context.Response.Body.WriteAsync(context.Request.Body, cancellationToken);
    }

    private static Task HeadersAsync(FunctionContext context, CancellationToken cancellationToken) =>
        context.Response.WriteAsync(string.Join('\n', context.Request.Headers.OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase).Select(header => $"{header.Key.ToLowerInvariant()}={header.Value}")), cancellationToken);

    private static async Task UpperAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        var answer = await context.Generator.GenerateAsync(GenerationRequest.OfConversation(context.Request.Conversation), cancellationToken);
        await context.Response.WriteAsync(answer.Text.ToUpperInvariant(), cancellationToken);
    }

    private static async Task TwiceAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        var first = await context.Generator.GenerateAsync(context.Request.ReadText(), cancellationToken);
        var second = await context.Generator.GenerateAsync(context.Request.ReadText(), cancellationToken);
        var tokens = first.Usage.PromptTokens + second.Usage.PromptTokens + first.Usage.CompletionTokens + second.Usage.CompletionTokens;
        await context.Response.WriteAsync($"{first.Text}|{second.Text}|{tokens}", cancellationToken);
    }

    private static async Task ManyAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        var done = 0;

        while (true)
        {
            try
            {
                await context.Generator.GenerateAsync(GenerationRequest.OfText("x") with { Sampling = new SamplingOptions { MaxTokens = 1 } }, cancellationToken);
                done++;
            }
            catch (GenerationException refused)
            {
                await context.Response.WriteAsync($"{done} {refused.Code}", cancellationToken);
                return;
            }
        }
    }

    private static async Task LeaveAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        await foreach (var happened in context.Generator.StreamAsync(GenerationRequest.OfText("tell a long story") with { Sampling = new SamplingOptions { MaxTokens = 400 } }, cancellationToken))
        {
            if (happened is GenerationEvent.Text)
            {
                break;
            }
        }

        await context.Response.WriteAsync("left", cancellationToken);
    }

    private static Task StatusAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = int.Parse(context.Request.ReadText(), CultureInfo.InvariantCulture);
        return context.Response.WriteAsync("told", cancellationToken);
    }

    private static Task LogAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        context.Log.Information("by the log");
        Console.WriteLine("by standard output");
        Console.Error.WriteLine("by standard error");
        return context.Response.WriteAsync("logged", cancellationToken);
    }

    private static async Task FloodLogAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 50_000; i++)
        {
            Console.WriteLine($"line {i}");
        }

        await context.Response.WriteAsync("flooded", cancellationToken);
    }

    private static async Task BigAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        var megabyte = new byte[1 << 20];

        while (true)
        {
            await context.Response.Body.WriteAsync(megabyte, cancellationToken);
        }
    }

    private static async Task ThrowLateAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync("half", cancellationToken);
        throw new InvalidOperationException("after half an answer");
    }

    private static void Spin()
    {
        while (true)
        {
            Thread.SpinWait(1_000);
        }
    }

    private static async Task WaitAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);

        try
        {
            await Released.Task.WaitAsync(cancellationToken);
            await context.Response.WriteAsync("released", cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Says that it is there, and stays until its caller goes.</summary>
    private static async Task HoldAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync("held", cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private static Task ReleaseAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        Released.TrySetResult();
        return context.Response.WriteAsync("now", cancellationToken);
    }

    private static async Task MemoryAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        var held = new List<byte[]>();

        while (true)
        {
            var block = new byte[8 << 20];
            Array.Fill(block, (byte)1);
            held.Add(block);
            await Task.Yield();
        }
    }
}
