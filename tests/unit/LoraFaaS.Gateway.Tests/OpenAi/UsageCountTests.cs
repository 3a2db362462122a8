using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Tests.OpenAi;

public sealed class UsageCountTests
{
    /// <summary>Whichever of the answers it was, and whichever ends first: what it computed was not found.</summary>
    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(3, 1, 2, 0)]
    public void Of_each_prompt_only_what_no_answer_computed_was_cached(params int[] ends)
    {
        using var invocation = new Invocation(new CallId("call"), "chat", TimeProvider.System, _ => { }, null) { Usage = UsageKey.Draw() };
        var usage = new UsageCount(choicesPerPrompt: 2);
        int[] cached = [100, 16, 40, 40];

        foreach (var index in ends)
        {
            usage.Add(index, new Finished { PromptTokens = 100, CompletionTokens = 3, CachedPromptTokens = cached[index] }, invocation);
        }

        Assert.Equal((200, 12, 16 + 40), (usage.Usage.PromptTokens, usage.Usage.CompletionTokens, usage.Usage.PromptTokensDetails.CachedTokens));
    }
}
