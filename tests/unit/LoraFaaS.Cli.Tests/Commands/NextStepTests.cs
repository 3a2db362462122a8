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

    /// <summary>OpenFaaS's API, which faas-cli reads as well.</summary>
    [Theory]
    [InlineData("function \"x\" not found", HttpStatusCode.NotFound, "; `lorafaas list` shows what is deployed")]
    [InlineData("image: no adapter lora://b/x:v1 was pushed", HttpStatusCode.BadRequest, "; `lorafaas push FOLDER lora://BACKBONE/NAME:TAG` uploads one")]
    [InlineData("replicas: a whole number is required", HttpStatusCode.BadRequest, "")]
    public void A_refusal_in_plain_text_is_helped_as_well(string message, HttpStatusCode status, string step) =>
        Assert.Equal(step, NextStep.After(new LoraFaaSException(message, status, null, field: null, inner: null)));

    private static LoraFaaSException Refusal(string message, ErrorCode code, TimeSpan? retryAfter = null) =>
        new(message, HttpStatusCode.BadRequest, code, field: null, inner: null) { RetryAfter = retryAfter };
}
