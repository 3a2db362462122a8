using System.Globalization;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Lorax.Wire;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Lorax;

/// <summary>Events as LoRAX's whole answer or as its stream.</summary>
/// <param name="seed">What the draws began with; null when nothing was drawn.</param>
internal sealed class LoraxRenderer(HttpContext context, Invocation invocation, LoraxRequest request, long? seed)
{
    private readonly LoraxGeneration _generation = new(request);
    private readonly EventStreamWriter _writer = new(context, EventStreamWriter.EventStream);

    /// <param name="asList">As Hugging Face's inference API, which <c>POST /</c> follows, answers.</param>
    public async Task RenderWholeAsync(IAsyncEnumerable<GenerateEvent> events, bool asList)
    {
        await foreach (var happened in events)
        {
            switch (happened.KindCase)
            {
                case GenerateEvent.KindOneofCase.Tokens:
                    _ = _generation.Add(happened.Tokens).Count();
                    break;

                case GenerateEvent.KindOneofCase.Failed:
                    await FailAsync(happened.Failed.ToProblem());
                    return;

                case GenerateEvent.KindOneofCase.Finished:
                    await WriteWholeAsync(happened.Finished, asList);
                    return;
            }
        }
    }

    public async Task RenderStreamAsync(IAsyncEnumerable<GenerateEvent> events)
    {
        await foreach (var happened in events)
        {
            switch (happened.KindCase)
            {
                case GenerateEvent.KindOneofCase.Tokens:
                    foreach (var token in _generation.Add(happened.Tokens))
                    {
                        Send(new LoraxStreamEvent(token, null, null));
                    }

                    await _writer.FlushAsync();
                    break;

                case GenerateEvent.KindOneofCase.Failed:
                    await FailAsync(happened.Failed.ToProblem());
                    return;

                case GenerateEvent.KindOneofCase.Finished:
                    invocation.Count(happened.Finished);

                    // Clients pass over the text of special tokens, as they do for the end of a sequence.
                    Send(new LoraxStreamEvent(new LoraxToken(0, "", 0, Special: true), _generation.Text, Details(happened.Finished)));
                    await _writer.FlushAsync();
                    return;
            }
        }
    }

    private Task WriteWholeAsync(Finished finished, bool asList)
    {
        invocation.Count(finished);
        InvocationHeaders.SetAccount(context.Response, invocation, finished);
        SetHeaders(finished);

        var details = request.Details ? Details(finished) with { Prefill = [], Tokens = _generation.Tokens } : null;
        var answer = new LoraxAnswer(_generation.Text, details);

        return asList
            ? context.Response.WriteAsJsonAsync([answer], LoraxJson.Default.IReadOnlyListLoraxAnswer, cancellationToken: context.RequestAborted)
            : context.Response.WriteAsJsonAsync(answer, LoraxJson.Default.LoraxAnswer, cancellationToken: context.RequestAborted);
    }

    private void Send(LoraxStreamEvent data)
    {
        if (!_writer.HasStarted)
        {
            InvocationHeaders.SetHead(context.Response, invocation);
            _writer.Start();
        }

        _writer.WriteEvent(null, data, LoraxJson.Default.LoraxStreamEvent);
    }

    private async Task FailAsync(Problem problem)
    {
        invocation.Failure = problem.Code;

        if (!_writer.HasStarted)
        {
            await LoraxErrors.WriteAsync(context, problem);
            return;
        }

        _writer.WriteEvent(null, LoraxErrors.ToBody(problem), LoraxJson.Default.LoraxError);
        await _writer.FlushAsync();
    }

    private LoraxDetails Details(Finished finished) =>
        new(_generation.Reason(finished), finished.PromptTokens, finished.CompletionTokens, seed);

    /// <summary>Milliseconds. Waiting is all that is neither prefill nor decode.</summary>
    private void SetHeaders(Finished finished)
    {
        var total = invocation.Elapsed.TotalMilliseconds;
        var compute = (finished.ColdStart?.PrefillMs ?? 0) + (finished.ColdStart?.DecodeMs ?? 0);
        var headers = context.Response.Headers;

        headers["x-prompt-tokens"] = Text(finished.PromptTokens);
        headers["x-generated-tokens"] = Text(finished.CompletionTokens);
        headers["x-total-tokens"] = Text(finished.PromptTokens + finished.CompletionTokens);
        headers["x-total-time"] = Text(total);
        headers["x-queue-time"] = Text(finished.ColdStart?.QueueMs ?? 0);
        headers["x-compute-time"] = Text(compute);
        headers["x-inference-time"] = Text(compute);
        headers["x-time-per-token"] = Text(compute / Math.Max(finished.CompletionTokens, 1));
    }

    private static string Text(double number) => Math.Round(number).ToString("F0", CultureInfo.InvariantCulture);
}
