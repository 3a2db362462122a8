using LoraFaaS.Functions;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Generation;

/// <summary>An author's request as a frame. Nothing is judged here: the worker does, and would not believe us anyway.</summary>
internal static class AskWriter
{
    public static Ask Write(ulong invocation, uint generation, GenerationRequest request) => new()
    {
        Invocation = invocation,
        Generation = generation,
        Prompt = Prompt(request),
        Sampling = Change(request.Sampling),
        JsonSchema = request.JsonSchema ?? "",
        Credits = HandlerLimits.GenerationCredits,
    };

    private static Prompt Prompt(GenerationRequest request)
    {
        if (request.Prompt is { } raw)
        {
            return new Prompt { RawText = raw };
        }

        var chat = new ChatMessages();
        chat.Messages.Add(request.Conversation.Select(turn => new ChatMessage { Role = turn.Role, Content = turn.Content }));
        return new Prompt { Chat = chat };
    }

    private static SamplingChange Change(SamplingOptions options)
    {
        var change = new SamplingChange();

        if (options.Temperature is { } temperature)
        {
            change.Temperature = temperature;
        }

        if (options.TopP is { } topP)
        {
            change.TopP = topP;
        }

        if (options.TopK is { } topK)
        {
            change.TopK = topK;
        }

        if (options.MinP is { } minP)
        {
            change.MinP = minP;
        }

        if (options.MaxTokens is { } maxTokens)
        {
            change.MaxTokens = maxTokens;
        }

        if (options.Seed is { } seed)
        {
            change.Seed = seed;
        }

        if (options.Stop is { } stop)
        {
            change.Stop = new StopTexts { Texts = { stop } };
        }

        return change;
    }
}
