using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>The answer as one object, when all choices are whole. One that fails fails them all.</summary>
internal sealed class CompletionRenderer(HttpContext context, Invocation invocation, ICompletionShape shape, UsageCount usage)
{
    public async Task RenderAsync(IAsyncEnumerable<ChoiceEvent> events, int count, CompletionOptions options)
    {
        var choices = Enumerable.Range(0, count).Select(_ => new CollectedChoice()).ToArray();

        if (await CollectAsync(events, choices) is { } problem)
        {
            invocation.Failure = problem.Code;
            await OpenAiErrors.WriteAsync(context, shape.Explain(problem));
            return;
        }

        for (var i = 0; i < count; i++)
        {
            usage.Add(i, choices[i].Finished!, invocation);
        }

        InvocationHeaders.SetAccount(context.Response, invocation, choices[0].Finished!);
        await shape.WriteWholeAsync(context, LikeliestChoices.Of(choices, options), usage.Usage);
    }

    private static async Task<Problem?> CollectAsync(IAsyncEnumerable<ChoiceEvent> events, CollectedChoice[] choices)
    {
        await foreach (var (index, happened) in events)
        {
            switch (happened.KindCase)
            {
                case GenerateEvent.KindOneofCase.Started:
                    choices[index].Start(happened.Started);
                    break;

                case GenerateEvent.KindOneofCase.Tokens:
                    choices[index].Add(happened.Tokens);
                    break;

                case GenerateEvent.KindOneofCase.Finished:
                    choices[index].Finished = happened.Finished;
                    break;

                case GenerateEvent.KindOneofCase.Failed:
                    return happened.Failed.ToProblem();
            }
        }

        return null;
    }
}
