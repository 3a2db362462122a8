using System.Globalization;
using System.Text;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Inference;
using LoraFaaS.Gateway.Kserve.Wire;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Kserve;

/// <summary>Events as one answer or as a stream of pieces of it.</summary>
internal sealed class KserveRenderer(HttpContext context, Invocation invocation, KserveRequest request, string model)
{
    private readonly EventStreamWriter _writer = new(context, EventStreamWriter.EventStream);
    private readonly StringBuilder _text = new();
    private readonly List<KserveToken> _tokens = [];

    private string Version => invocation.Route!.Revision.Number.ToString(CultureInfo.InvariantCulture);

    public async Task RenderWholeAsync(IAsyncEnumerable<GenerateEvent> events, KserveShape shape)
    {
        await foreach (var happened in events)
        {
            switch (happened.KindCase)
            {
                case GenerateEvent.KindOneofCase.Tokens:
                    _text.Append(happened.Tokens.Text);
                    _tokens.AddRange(ToTokens(happened.Tokens));
                    break;

                case GenerateEvent.KindOneofCase.Failed:
                    await FailAsync(happened.Failed.ToProblem());
                    return;

                case GenerateEvent.KindOneofCase.Finished:
                    invocation.Count(happened.Finished);
                    InvocationHeaders.SetAccount(context.Response, invocation, happened.Finished);
                    await (shape is KserveShape.Tensors
                        ? context.Response.WriteAsJsonAsync(Inferred(happened.Finished), KserveJson.Default.KserveInferred, cancellationToken: context.RequestAborted)
                        : context.Response.WriteAsJsonAsync(
                            Piece(_text.ToString(), Reason(happened.Finished), _tokens), KserveJson.Default.KserveGenerated, cancellationToken: context.RequestAborted));
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
                case GenerateEvent.KindOneofCase.Tokens when happened.Tokens.Text.Length > 0:
                    Send(Piece(happened.Tokens.Text, null, [.. ToTokens(happened.Tokens)]));
                    await _writer.FlushAsync();
                    break;

                case GenerateEvent.KindOneofCase.Failed:
                    await FailAsync(happened.Failed.ToProblem());
                    return;

                case GenerateEvent.KindOneofCase.Finished:
                    invocation.Count(happened.Finished);
                    Send(Piece("", Reason(happened.Finished), []));
                    await _writer.FlushAsync();
                    return;
            }
        }
    }

    private KserveGenerated Piece(string text, string? reason, IReadOnlyList<KserveToken> tokens) =>
        new(text, model, Version, request.Details ? new KserveDetails(reason, tokens) : null);

    private KserveInferred Inferred(Finished finished) => new(
        model,
        Version,
        request.Id,
        new KserveEnd(finished.Reason.ToWire(), finished.PromptTokens, finished.CompletionTokens),
        [new KserveOutput(InferRequestReader.Output, InferRequestReader.DataType, [1], [_text.ToString()])]);

    private static IEnumerable<KserveToken> ToTokens(Tokens tokens)
    {
        for (var i = 0; i < tokens.Ids.Count; i++)
        {
            var known = i < tokens.Logprobs.Count;
            var text = known ? TokenText.Of(tokens.Logprobs[i].Token.Span) : i == tokens.Ids.Count - 1 ? tokens.Text : "";
            yield return new KserveToken(tokens.Ids[i], text, known ? ChatLogprobWriter.Finite(tokens.Logprobs[i].Logprob) : 0, Special: false);
        }
    }

    private string Reason(Finished finished)
    {
        if (finished.Reason is FinishReason.Length)
        {
            return "length";
        }

        return request.Sampling.Stop?.Contains(finished.StoppedBy, StringComparer.Ordinal) is true ? "stop_sequence" : "eos_token";
    }

    private void Send(KserveGenerated piece)
    {
        if (!_writer.HasStarted)
        {
            InvocationHeaders.SetHead(context.Response, invocation);
            _writer.Start();
        }

        _writer.WriteEvent(null, piece, KserveJson.Default.KserveGenerated);
    }

    private async Task FailAsync(Problem problem)
    {
        invocation.Failure = problem.Code;

        if (!_writer.HasStarted)
        {
            await KserveErrors.WriteAsync(context, problem);
            return;
        }

        _writer.WriteEvent(null, KserveErrors.ToBody(problem), KserveJson.Default.KserveError);
        await _writer.FlushAsync();
    }
}
