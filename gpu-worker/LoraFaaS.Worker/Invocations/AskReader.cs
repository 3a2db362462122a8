using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// What code asks its adapter, as a request of the same kind as a caller's. Function, adapter, system prompt and trust domain are the invocation's: the
/// frame has no place to say another. Pure.
/// </summary>
internal static class AskReader
{
    private const int MaxMessages = 1_024;
    private const int MaxStops = 16;
    private const int MaxTemperature = 10;

    private static readonly string[] Roles = ["system", "user", "assistant", "tool"];

    public static Loading<GenerateRequest> Read(GenerateRequest invocation, Ask ask)
    {
        if (ask.Prompt?.KindCase is not (Prompt.KindOneofCase.Chat or Prompt.KindOneofCase.RawText))
        {
            return Bad("a generation needs a conversation or a prompt", "prompt");
        }

        if (ask.Prompt.Chat is { } chat)
        {
            if (chat.Messages.Count is 0 or > MaxMessages)
            {
                return Bad($"a conversation has 1 to {MaxMessages} messages", "conversation");
            }

            if (chat.Messages.FirstOrDefault(message => !Roles.Contains(message.Role)) is not null)
            {
                return Bad($"a message's role is one of {string.Join(", ", Roles)}", "conversation");
            }
        }

        var sampling = invocation.Sampling.Clone();
        var change = ask.Sampling ?? new SamplingChange();

        if (Check(change) is { } wrong)
        {
            return Bad(wrong.Message, wrong.Field);
        }

        Apply(sampling, change, ask.Generation);
        sampling.JsonSchema = ask.JsonSchema;

        return new Loading<GenerateRequest>.Ready(new GenerateRequest
        {
            CallId = $"{invocation.CallId}/{ask.Generation}",
            Revision = invocation.Revision,
            Prompt = ask.Prompt,
            Sampling = sampling,
        });
    }

    private static (string Field, string Message)? Check(SamplingChange change) => change switch
    {
        { HasTemperature: true } when !(change.Temperature is >= 0 and <= MaxTemperature) => ("temperature", $"it is from 0 to {MaxTemperature}"),
        { HasTopP: true } when !(change.TopP is > 0 and <= 1) => ("top_p", "it is above 0 and at most 1"),
        { HasTopK: true } when change.TopK < 0 => ("top_k", "it is not negative"),
        { HasMinP: true } when !(change.MinP is >= 0 and <= 1) => ("min_p", "it is from 0 to 1"),
        { HasMaxTokens: true } when change.MaxTokens < 1 => ("max_tokens", "it is at least 1"),
        { Stop.Texts.Count: > MaxStops } => ("stop", $"at most {MaxStops} texts"),
        _ => null,
    };

    /// <summary>The caller's stop texts, logprobs and echo were about the answer, not about what leads to it.</summary>
    private static void Apply(Sampling sampling, SamplingChange change, uint generation)
    {
        sampling.Temperature = change.HasTemperature ? change.Temperature : sampling.Temperature;
        sampling.TopP = change.HasTopP ? change.TopP : sampling.TopP;
        sampling.TopK = change.HasTopK ? change.TopK : sampling.TopK;
        sampling.MinP = change.HasMinP ? change.MinP : sampling.MinP;
        sampling.MaxTokens = change.HasMaxTokens ? change.MaxTokens : sampling.MaxTokens;
        sampling.Stop.Clear();
        sampling.Stop.Add(change.Stop?.Texts ?? []);
        sampling.TopLogprobs = -1;
        sampling.Echo = false;
        sampling.PromptOnly = false;

        if (change.HasSeed)
        {
            sampling.Seed = change.Seed;
        }
        else if (sampling.HasSeed)
        {
            // Two drafts of one prompt should differ, and still be the same two when the invocation is repeated.
            sampling.Seed = unchecked(sampling.Seed + generation - 1);
        }
    }

    private static Loading<GenerateRequest>.Failed Bad(string message, string field) => new(new Problem(ErrorCode.InvalidRequest, message, field));
}
