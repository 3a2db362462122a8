using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>
/// Chunks as they come. Nothing is sent before the first choice has really begun, so that a refusal is still a status; while a function wakes, comments
/// (which every SSE reader skips) would keep the line open, but they would cost exactly that.
/// </summary>
internal sealed class CompletionStreamRenderer(
    HttpContext context, Invocation invocation, ICompletionShape shape, UsageCount usage, bool includeUsage)
{
    private readonly EventStreamWriter _writer = new(context, EventStreamWriter.EventStream);
    private readonly HashSet<int> _begun = [];

    public async Task RenderAsync(IAsyncEnumerable<ChoiceEvent> events)
    {
        await foreach (var (index, happened) in events)
        {
            if (happened.KindCase is GenerateEvent.KindOneofCase.Failed)
            {
                await FailAsync(happened.Failed);
                return;
            }

            if (Write(index, happened))
            {
                await _writer.FlushAsync();
            }
        }

        if (includeUsage)
        {
            shape.WriteUsage(_writer, usage.Usage);
        }

        _writer.WriteRaw("data: [DONE]\n\n"u8);
        await _writer.FlushAsync();
    }

    private bool Write(int index, GenerateEvent happened)
    {
        switch (happened.KindCase)
        {
            case GenerateEvent.KindOneofCase.Started:
                Begin(index, happened.Started);
                return true;

            case GenerateEvent.KindOneofCase.Tokens when happened.Tokens.Text.Length > 0 || happened.Tokens.Logprobs.Count > 0:
                Begin(index);
                shape.WriteTokens(_writer, index, happened.Tokens);
                return true;

            case GenerateEvent.KindOneofCase.Finished:
                Begin(index);
                usage.Add(index, happened.Finished, invocation);
                shape.WriteFinish(_writer, index, happened.Finished);
                return true;

            default:
                return false;
        }
    }

    private void Begin(int index, Started? started = null)
    {
        if (!_writer.HasStarted)
        {
            InvocationHeaders.SetHead(context.Response, invocation);
            _writer.Start();
        }

        if (_begun.Add(index))
        {
            shape.WriteStart(_writer, index, started);
        }
    }

    private async Task FailAsync(Failed failed)
    {
        var problem = shape.Explain(failed.ToProblem());
        invocation.Failure = problem.Code;

        if (!_writer.HasStarted)
        {
            await OpenAiErrors.WriteAsync(context, problem);
            return;
        }

        _writer.WriteEvent(null, OpenAiErrors.ToEnvelope(problem), OpenAiJson.Readable.ErrorEnvelope);
        await _writer.FlushAsync();
    }
}
