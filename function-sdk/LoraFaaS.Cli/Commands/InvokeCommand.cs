using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas invoke FUNCTION [TEXT]</c>: streams the answer; the text comes from standard input when it is not given.</summary>
internal static class InvokeCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();
    private static readonly Argument<string?> Text = new("text") { Description = "What is said to the function (else standard input)", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> Stats = new("--stats") { Description = "Print tokens and times on standard error" };
    private static readonly Option<string?> Key = new("--key") { Description = "An API key (else $LORAFAAS_API_KEY; without one the password, where there is one)" };

    private static readonly Option<string[]> Query = new("--query") { Description = "key=value in the URL, any number; sampling goes there: --query max_tokens=20 --query temperature=0.7", AllowMultipleArgumentsPerToken = false };
    private static readonly Option<bool> Async = new("--async") { Description = "Hand the call in and print its id; see lorafaas async status" };
    private static readonly Option<string?> Callback = new("--callback") { Description = "With --async: the URL the answer is posted to" };

    public static Command Create()
    {
        var command = new Command("invoke", "Call a function and stream its answer") { Function, Text, FunctionArgument.Namespace, Key, Query, Stats, Async, Callback };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var id = FunctionArgument.Read(parse, Function);

        try
        {
            return await InvokeAsync(parse, id, cancellationToken);
        }
        catch (LoraFaaSException e) when (e.Status is System.Net.HttpStatusCode.NotFound)
        {
            throw new LoraFaaSException($"there is no function {id}; `lorafaas list` shows what is deployed", e.Status, e.Code, e.Field, e);
        }
    }

    private static async Task<int> InvokeAsync(ParseResult parse, FunctionId id, CancellationToken cancellationToken)
    {
        var text = parse.GetValue(Text) ?? await ReadInputAsync(cancellationToken);
        var key = parse.GetValue(Key) ?? Environment.GetEnvironmentVariable("LORAFAAS_API_KEY");
        using var client = ConnectionOptions.Resolve(parse).Connect(key);
        var output = Console.Out;

        var query = Pairs.Read("--query", parse.GetValue(Query)) ?? [];

        if (parse.GetValue(Async))
        {
            var call = await client.Async.EnqueueAsync(id, text, ReadCallback(parse), query, cancellationToken);
            Printer.Line(parse, new Change(call.Value, "accepted"), CliJson.Compact.Change, call.Value, call.Value);
            return ExitCodes.Done;
        }

        InvocationEvent.Done? done = null;
        var whole = OutputOptions.FormOf(parse) is OutputForm.Json ? new StringBuilder() : null;

        await foreach (var item in client.Invocations.StreamAsync(id, text, query, cancellationToken))
        {
            switch (item)
            {
                case InvocationEvent.Text piece when whole is not null:
                    whole.Append(piece.Value);
                    break;
                case InvocationEvent.Text piece:
                    await output.WriteAsync(piece.Value.AsMemory(), cancellationToken);
                    await output.FlushAsync(cancellationToken);
                    break;
                case InvocationEvent.Done last:
                    done = last;
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        // A terminal's prompt starts on its own line; a file gets the text alone.
        if (!Console.IsOutputRedirected && whole is null)
        {
            await output.WriteLineAsync();
        }

        if (done is null)
        {
            throw new LoraFaaSException("The stream ended before it was done.", System.Net.HttpStatusCode.OK, null, null, null);
        }

        if (whole is not null)
        {
            var answer = new Answer(id.ToString(), whole.ToString(), done.FinishReason, done.PromptTokens, done.CompletionTokens, done.TtftMs);
            await output.WriteLineAsync(JsonSerializer.Serialize(answer, CliJson.Compact.Answer).AsMemory(), cancellationToken);
        }

        if (parse.GetValue(Stats))
        {
            var ttft = done.TtftMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $", TTFT {ms:0.0} ms") : "";
            CommandRunner.Errors.MarkupLineInterpolated($"[grey]{done.PromptTokens} prompt tokens, {done.CompletionTokens} generated, finished by {done.FinishReason}{ttft}[/]");
        }

        return ExitCodes.Done;
    }

    private static Uri? ReadCallback(ParseResult parse) => parse.GetValue(Callback) switch
    {
        null => null,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var url) => url,
        var text => throw new UsageException($"--callback {text}: not an absolute URL"),
    };

    private static async Task<string> ReadInputAsync(CancellationToken cancellationToken)
    {
        if (!Console.IsInputRedirected)
        {
            CommandRunner.Errors.MarkupLine("[grey]Reading from the terminal; end with Ctrl-D.[/]");
        }

        return await Console.In.ReadToEndAsync(cancellationToken);
    }
}
