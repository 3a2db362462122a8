using System.Runtime.InteropServices;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Client;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary>Runs a verb: Ctrl-C and SIGTERM cancel it, and every expected failure becomes one line on standard error and an exit code.</summary>
internal static class CommandRunner
{
    public static IAnsiConsole Errors => Terminal.Errors;

    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> verb, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

        try
        {
            return await verb(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is UsageException or StackException)
        {
            return Fail(e.Message, ExitCodes.Usage);
        }
        catch (LoraFaaSException e) when (e.Unreachable)
        {
            return Fail($"{e.Message.TrimEnd('.')}. Is the platform running? Start it with deploy/up.sh.", ExitCodes.Unreachable);
        }
        catch (LoraFaaSException e) when (e.Status is System.Net.HttpStatusCode.Unauthorized)
        {
            return Fail($"{e.Message}. Give the password with --password-file or $LORAFAAS_PASSWORD (to invoke, a key with --key does too).", ExitCodes.Failed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that was named on the command line, or the folder of temporary ones; the message says which and why.
            return Fail(e.Message, ExitCodes.Usage);
        }
        catch (LoraFaaSException e)
        {
            return Fail(e.Message + NextStep.After(e), ExitCodes.Failed);
        }

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            stopping.Cancel();
        }
    }

    public static int Fail(string message, int code)
    {
        Errors.MarkupLineInterpolated($"[red]error:[/] {message}");
        return code;
    }
}
