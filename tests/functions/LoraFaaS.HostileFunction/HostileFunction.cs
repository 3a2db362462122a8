using System.Runtime.InteropServices;
using System.Text.Json;
using LoraFaaS.Attacks;
using LoraFaaS.Functions;

namespace LoraFaaS.HostileFunction;

/// <summary>A function whose author means harm: runs the attack that its caller names, as any function runs, and says what came of it.</summary>
public sealed class HostileFunction : ILoraFunction
{
    public async Task InvokeAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        if (context.Request.Path == "/forge")
        {
            await ForgeAsync(context, cancellationToken);
            return;
        }

        using var order = JsonDocument.Parse(context.Request.Body);
        var attack = AttackList.Find(order.RootElement.GetProperty("Attack").GetString()!)!;
        var result = attack.Run(order.RootElement.GetProperty("Target").Deserialize<AttackTarget>()!);
        await context.Response.WriteAsync(JsonSerializer.Serialize(result), cancellationToken);
    }

    /// <summary>Writes frames of its own on the one socket this process has, past everything the handler program does.</summary>
    private static async Task ForgeAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        // FromHandler { done { invocation: 77 } }: the end of an invocation that is not there to end.
        byte[] frame = [0, 0, 0, 4, 0x2a, 2, 8, 77];
        WriteRaw(3, frame, frame.Length);
        await context.Response.WriteAsync("forged", cancellationToken);
    }

    [DllImport("libc", EntryPoint = "write")]
    private static extern nint WriteRaw(int descriptor, byte[] bytes, nint count);
}
