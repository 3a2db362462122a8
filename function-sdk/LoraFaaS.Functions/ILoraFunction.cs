namespace LoraFaaS.Functions;

/// <summary>
/// A function's own code. A package holds exactly one public, non-abstract class that implements this and has a public constructor without
/// parameters; it is made once when the process starts and then called for every invocation, several at a time.
/// </summary>
/// <remarks>
/// <para>The process is confined: no network, no files but the package's own and a temporary folder, no other function's data. It reaches the
/// adapter through <see cref="FunctionContext.Generator"/> and the caller through <see cref="FunctionContext.Response"/>, nothing else.</para>
/// <para>A thrown <see cref="GenerationException"/> that is not caught answers the caller with the error that the generation met. Any other
/// exception answers 500 with code <c>function_failed</c> and the exception's message; its stack goes to the function's log.</para>
/// <para>Before its first byte an invocation may be run once more elsewhere, when its worker is lost: code has no way to act on the world but
/// its answer, so nothing happens twice.</para>
/// </remarks>
public interface ILoraFunction
{
    /// <summary>Answers one invocation. When the task ends, what was written to the response is the whole answer.</summary>
    /// <param name="context">The request, the response, and what may be used to get from one to the other.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the caller has gone or the deadline has passed. Code that does not end within the worker's grace (2 s) after that is
    /// ended with its process.
    /// </param>
    Task InvokeAsync(FunctionContext context, CancellationToken cancellationToken);
}
