import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  coxLogLikelihood,
  coxSurvival,
  fitCox,
  fitPenalisedCox,
  likelihoodRatio,
  penalisedCoxPath,
  penaltyGrid,
} from "@ctsurv/survival/mod.ts";
import fixture from "../../fixtures/penalised_cox.json" with { type: "json" };

/** Coefficients in standard deviations, which are comparable between covariates. */
function deviations(covariates: readonly (readonly number[])[]): number[] {
  return covariates[0]!.map((_, k) => {
    const mean = covariates.reduce((sum, row) => sum + row[k]!, 0) / covariates.length;
    return Math.sqrt(covariates.reduce((sum, row) => sum + (row[k]! - mean) ** 2, 0) / covariates.length);
  });
}

function assertSame(found: ArrayLike<number>, expected: ArrayLike<number>, scale: readonly number[], within: number) {
  for (let k = 0; k < expected.length; k++) {
    assertAlmostEquals(found[k]! * scale[k]!, expected[k]! * scale[k]!, within, `covariate ${k + 1}`);
  }
}

fixture.forEach((table, t) => {
  const { covariates, months, event } = table;
  const patients = { covariates, months, event };
  const size = `${covariates.length} patients x ${covariates[0]!.length}`;

  Deno.test(`elastic net and lasso are scikit-survival's Coxnet, table ${t + 1}, ${size}`, () => {
    const scale = deviations(covariates);
    for (const { l1Ratio, largest, penalties, coefficients } of table.elasticNet) {
      assertAlmostEquals(penaltyGrid(patients, { l1Ratio })[0]!, largest, 1e-12);
      const path = penalisedCoxPath(patients, { l1Ratio, penalties });
      coefficients.forEach((expected, k) => {
        assertSame(path[k]!, expected, scale, 1e-9);
        if (k === 0) return;
        const alone = fitPenalisedCox(patients, { l1Ratio, penalty: penalties[k]! });
        assertSame(alone.coefficients, path[k]!, scale, 1e-9);
      });
    }
  });

  Deno.test(`ridge is scikit-survival's Cox regression with alpha, table ${t + 1}, ${size}`, () => {
    const scale = deviations(covariates);
    for (const { penalty, coefficients } of table.ridge) {
      assertSame(fitPenalisedCox(patients, { penalty }).coefficients, coefficients, scale, 1e-9);
    }
  });

  const { unpenalised } = table;
  if (unpenalised) {
    Deno.test(`the likelihood-ratio test is lifelines', table ${t + 1}`, () => {
      const { statistic, degreesOfFreedom, p } = likelihoodRatio(fitCox(patients));
      assertAlmostEquals(statistic, unpenalised.statistic, 1e-9);
      assertAlmostEquals(p, unpenalised.p, 1e-9);
      assertEquals(degreesOfFreedom, unpenalised.degreesOfFreedom);
    });
  }
});

const { covariates, months, event } = fixture[0]!;

Deno.test("a penalty of 0 is Cox regression where no deaths are tied", () => {
  const [plain, free] = [
    fitCox({ covariates, months, event }),
    fitPenalisedCox({ covariates, months, event }, {
      penalty: 0,
    }),
  ];
  assertSame(free.coefficients, plain.coefficients, deviations(covariates), 1e-9);
  const times = [0, 6, 12, 24];
  const curve = coxSurvival(plain, covariates[0]!, times);
  coxSurvival(free, covariates[0]!, times).forEach((s, k) => assertAlmostEquals(s, curve[k]!, 1e-9));
  assertAlmostEquals(
    coxLogLikelihood(
      { months, event },
      covariates.map((row) => row.reduce((sum, x, k) => sum + x * free.coefficients[k]!, 0)),
    ),
    plain.logLikelihood,
    1e-9,
  );
});

Deno.test("at the largest penalty of an elastic net nothing is selected, just below it something", () => {
  for (const l1Ratio of [0.1, 0.5, 1]) {
    const [largest] = penaltyGrid({ covariates, months, event }, { l1Ratio });
    const [none, some] = penalisedCoxPath({ covariates, months, event }, {
      l1Ratio,
      penalties: [largest! * (1 + 1e-9), largest! * 0.98],
    });
    assert(none!.every((b) => b === 0));
    assert(some!.some((b) => b !== 0));
  }
});

Deno.test("a constant covariate gets 0, and one that stands there twice shares its coefficient under a ridge", () => {
  const twice = covariates.map((row) => [row[0]!, row[0]!, 1e6 + 0.1]);
  for (const l1Ratio of [0, 0.5]) {
    const { coefficients: [first, second, constant] } = fitPenalisedCox({ covariates: twice, months, event }, {
      penalty: 0.05,
      l1Ratio,
    });
    assertAlmostEquals(first! / second!, 1, 1e-6);
    assertEquals(constant, 0);
  }
});

Deno.test("penalised Cox refuses what it cannot fit: nobody dead, a missing number, a penalty of 0 with many covariates", () => {
  const refused = (change: object, penalty: number, message: string, l1Ratio = 0) =>
    assertThrows(
      () => fitPenalisedCox({ covariates, months, event, ...change }, { penalty, l1Ratio }),
      InputError,
      message,
    );
  refused({ event: event.map(() => 0) }, 1, "needs deaths; none of 60 died");
  refused({ covariates: covariates.with(2, [1, 2, NaN, 4]) }, 1, "Patient 3 of 60: covariate 3 is NaN");
  refused({ covariates: covariates.with(2, [1, 2]) }, 1, "Patient 3 of 60: 2 covariates, not 4");
  refused({ covariates: covariates.slice(1) }, 1, "4 covariates of 59 patients, and months of 60");
  refused({}, -1, "A penalty is a number of 0 or more, not -1");
  refused({}, 1, "l1Ratio is a number from 0 to 1, not 2", 2);
  const many = covariates.map((row) => Array.from({ length: 60 }, (_, k) => row[k % 4]! * (k + 1)));
  refused({ covariates: many }, 0, "With 60 covariates of 60 patients a penalty is above 0");
});
