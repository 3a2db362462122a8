using System.Text.Json;
using LoraFaaS.Attacks;
using LoraFaaS.Functions;

namespace LoraFaaS.HostileFunction;

/// <summary>A function whose author means harm: runs the attack that its caller names, as any function runs, and says what came of it.</summary>
public sealed class HostileFunction : ILoraFunction
{
    public async Task InvokeAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        if (context.Request.Path == "/tokens-for-nothing")
        {
            await context.Generator.GenerateAsync(context.Request.ReadText(), cancellationToken);
            SocketAttack.Find("/no-head")!([]);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        if (SocketAttack.Find(context.Request.Path) is { } attack)
        {
            attack(context.Request.Body.ToArray());
            await context.Response.WriteAsync("said", cancellationToken);
            return;
        }

        using var order = JsonDocument.Parse(context.Request.Body);
        var named = AttackList.Find(order.RootElement.GetProperty("Attack").GetString()!)!;
        var result = named.Run(order.RootElement.GetProperty("Target").Deserialize<AttackTarget>()!);
        await context.Response.WriteAsync(JsonSerializer.Serialize(result), cancellationToken);
    }
}
