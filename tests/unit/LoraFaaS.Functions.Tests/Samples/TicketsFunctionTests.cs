using LoraFaaS.Contracts.Errors;
using LoraFaaS.Functions;
using LoraFaaS.Functions.Testing;
using LoraFaaS.Samples.Tickets;

namespace LoraFaaS.FunctionsTests.Samples;

public sealed class TicketsFunctionTests
{
    [Fact]
    public async Task A_known_route_is_answered_with_what_follows_from_it()
    {
        var adapter = new ScriptedGenerator("""{"queue":"shipping","priority":"urgent"}""");
        using var call = new TestInvocation("where is my parcel", adapter);

        Assert.Equal("""{"queue":"shipping","priority":"urgent","answerWithinHours":1}""", await call.RunAsync(new TicketsFunction()));
        Assert.StartsWith("application/json", call.Context.Response.ContentType, StringComparison.Ordinal);
        Assert.Equal("where is my parcel", Assert.Single(adapter.Asked).Conversation[0].Content);
    }

    [Theory]
    [InlineData("shipping, urgent")]
    [InlineData("""{"queue":"shipping"}""")]
    [InlineData("""{"queue":"lottery","priority":"high"}""")]
    [InlineData("""{"queue":7,"priority":"high"}""")]
    [InlineData("[]")]
    public async Task What_is_no_known_route_never_reaches_the_caller_as_one(string answer)
    {
        using var call = new TestInvocation("where is my parcel", new ScriptedGenerator(answer));

        await call.RunAsync(new TicketsFunction());

        Assert.Equal(422, call.Context.Response.StatusCode);
        Assert.Single(call.Lines);
    }

    [Fact]
    public async Task Nothing_is_asked_without_a_ticket()
    {
        using var call = new TestInvocation(" \n", new ScriptedGenerator());

        await call.RunAsync(new TicketsFunction());

        Assert.Equal(400, call.Context.Response.StatusCode);
    }

    [Fact]
    public async Task What_the_platform_refuses_is_left_to_the_platform_to_say()
    {
        using var call = new TestInvocation("a ticket", new ScriptedGenerator("x") { Refusal = ErrorCode.QueueFull });

        var refused = await Assert.ThrowsAsync<GenerationException>(() => call.RunAsync(new TicketsFunction()));
        Assert.Equal(ErrorCode.QueueFull, refused.Code);
    }
}
