using System.Net;
using LoraFaaS.Cli.Commands;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Cli.Tests.Commands;

public sealed class NextStepTests
{
    [Fact]
    public void A_refusal_that_can_be_helped_says_how() =>
        Assert.Equal("; `lorafaas list` shows what is deployed", NextStep.After(Refusal("function \"x\" not found", ErrorCode.FunctionNotFound)));

    [Fact]
    public void A_message_that_names_a_command_is_left_as_it_is() =>
        Assert.Equal("", NextStep.After(Refusal("there is no function x; `lorafaas list` shows them", ErrorCode.FunctionNotFound)));

    [Fact]
    public void When_to_come_again_goes_before_all_else() =>
        Assert.Equal("; try again in 3 s", NextStep.After(Refusal("full", ErrorCode.QueueFull, TimeSpan.FromSeconds(2.1))));

    [Fact]
    public void What_cannot_be_helped_stands_alone() => Assert.Equal("", NextStep.After(Refusal("broken", ErrorCode.Internal)));

    private static LoraFaaSException Refusal(string message, ErrorCode code, TimeSpan? retryAfter = null) =>
        new(message, HttpStatusCode.BadRequest, code, field: null, inner: null) { RetryAfter = retryAfter };
}
