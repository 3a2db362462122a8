using System.Diagnostics;
using System.Net;
using System.Text;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Cli.Evaluation;

/// <summary>Asks a function every case of a file, several at once, and scores the answers.</summary>
internal sealed class Evaluator(LoraFaaSClient client, TimeProvider time)
{
    /// <summary>How often a full platform is asked again; it says itself when.</summary>
    private const int MostTries = 8;

    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<EvalAnswer>> RunAsync(
        FunctionId function, IReadOnlyList<EvalCase> cases, int parallel, bool ignoreCase, Action answered, CancellationToken cancellationToken)
    {
        var answers = new EvalAnswer[cases.Count];

        await Parallel.ForEachAsync(
            cases.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (item, stopping) =>
            {
                answers[item.Index] = await AskAsync(function, item.Index + 1, item.Item, ignoreCase, stopping);
                answered();
            });

        return answers;
    }

    private async Task<EvalAnswer> AskAsync(FunctionId function, int number, EvalCase one, bool ignoreCase, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await AskOnceAsync(function, number, one, ignoreCase, cancellationToken);
            }
            catch (LoraFaaSException e) when (tries < MostTries && e.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            {
                // Full is not wrong: the answer's quality is what is measured.
                await Task.Delay(e.RetryAfter ?? UsualWait, time, cancellationToken);
            }
            catch (LoraFaaSException e) when (!e.Unreachable && e.Status is not (HttpStatusCode.NotFound or HttpStatusCode.Unauthorized))
            {
                return new EvalAnswer { Case = number, Prompt = one.Prompt, Expected = ExpectedOf(one), Answer = "", Right = false, Error = e.Message };
            }
        }
    }

    private async Task<EvalAnswer> AskOnceAsync(FunctionId function, int number, EvalCase one, bool ignoreCase, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var answer = new StringBuilder();
        TimeSpan? first = null;
        var tokens = 0;

        await foreach (var item in client.Invocations.StreamAsync(function, one.Prompt, cancellationToken))
        {
            switch (item)
            {
                case InvocationEvent.Text text:
                    first ??= time.GetElapsedTime(started);
                    answer.Append(text.Value);
                    break;
                case InvocationEvent.Done done:
                    tokens = done.CompletionTokens;
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        var said = answer.ToString();
        return new EvalAnswer
        {
            Case = number,
            Prompt = one.Prompt,
            Expected = ExpectedOf(one),
            Answer = said,
            Right = EvalScore.IsRight(one, said, ignoreCase),
            TtftMs = (first ?? time.GetElapsedTime(started)).TotalMilliseconds,
            CompletionTokens = tokens,
        };
    }

    private static string ExpectedOf(EvalCase one) => one.Expected ?? $"/{one.Pattern}/";
}
