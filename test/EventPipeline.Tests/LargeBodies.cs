using System.Reflection;
using Xunit.v3;

namespace EventPipeline.Tests;

/// <summary>Tests whose bodies have many megabytes: one after another, so that the process stays small.</summary>
[CollectionDefinition(nameof(LargeBodies))]
public sealed class LargeBodies;

/// <summary>What a test leaves behind is collected before the next one begins.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class LargeBodyAttribute : BeforeAfterTestAttribute
{
    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test) => GC.Collect();
}
