using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Functions;

/// <summary>Events as they come: <c>progress</c>, <c>token</c>, then one <c>done</c> or <c>error</c>.</summary>
internal sealed class FunctionStreamRenderer(HttpContext context, Invocation invocation, FunctionFormat format)
{
    private readonly EventStreamWriter _writer = new(
        context, format is FunctionFormat.Ndjson ? EventStreamWriter.Ndjson : EventStreamWriter.EventStream);

    public async Task RenderAsync(IAsyncEnumerable<GenerateEvent> events)
    {
        await foreach (var happened in events)
        {
            if (happened.KindCase is GenerateEvent.KindOneofCase.Failed && !_writer.HasStarted)
            {
                var problem = happened.Failed.ToProblem();
                invocation.Failure = problem.Code;
                await PlainText.WriteAsync(context, problem);
                return;
            }

            if (Write(happened))
            {
                await _writer.FlushAsync();
            }
        }
    }

    /// <summary>True when there is something to send.</summary>
    private bool Write(GenerateEvent happened)
    {
        switch (happened.KindCase)
        {
            case GenerateEvent.KindOneofCase.Progress:
                Send("progress", new FunctionEvent
                {
                    Stage = happened.Progress.Stage,
                    ExpectedMs = happened.Progress.ExpectedMs > 0 ? happened.Progress.ExpectedMs : null,
                });
                return true;

            case GenerateEvent.KindOneofCase.Tokens when happened.Tokens.Text.Length > 0:
                Send("token", new FunctionEvent { Text = happened.Tokens.Text });
                return true;

            case GenerateEvent.KindOneofCase.Finished:
                Send("done", Done(happened.Finished));
                return true;

            case GenerateEvent.KindOneofCase.Failed:
                Send("error", Failed(happened.Failed.ToProblem()));
                return true;

            default:
                return false;
        }
    }

    private void Send(string name, FunctionEvent data)
    {
        if (!_writer.HasStarted)
        {
            InvocationHeaders.SetHead(context.Response, invocation);
            _writer.Start();
        }

        if (format is FunctionFormat.Ndjson)
        {
            _writer.WriteLine(data with { Event = name }, FunctionJson.Readable.FunctionEvent);
            return;
        }

        _writer.WriteEvent(name, data, FunctionJson.Readable.FunctionEvent);
    }

    private FunctionEvent Done(Finished finished)
    {
        invocation.Count(finished);

        return new FunctionEvent
        {
            FinishReason = finished.Reason.ToWire(),
            Usage = TokenUsage.Of(finished),
            ColdStart = ColdStartAccount.From(finished.ColdStart),
        };
    }

    private FunctionEvent Failed(Problem problem)
    {
        invocation.Failure = problem.Code;
        return new FunctionEvent { Code = problem.Code.ToWire(), Message = problem.Message, Field = problem.Field };
    }
}
